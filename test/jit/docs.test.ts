// The examples of docs/jit.md run.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each example runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/jit.md'), 'utf8')
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string)
  t.is(examples.length, 4)
  const folder = await mkdtemp(path.join(root, 'test/jit/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const body = examples.map((code) => `{\n${code}}\n`).join('')
  const imports = "import { nn, type Tensor, torch } from '../../../lib/index.js'\n"
  await writeFile(path.join(folder, 'examples.ts'), `${imports}${body}console.log('end')\n`)
  // The examples write files into the working directory.
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', 'examples.ts'], {
    cwd: folder,
  })
  t.regex(stdout, /^\[ 3, 2 \]\n\[ '0\.weight', '0\.bias', '2\.weight', '2\.bias' \]/)
  t.regex(stdout, /\n0\n\["cat","dog"\]\nend\n$/)
})
