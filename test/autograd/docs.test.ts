// The examples of docs/autograd.md run.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each example runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/autograd.md'), 'utf8')
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string)
  t.true(examples.length >= 9)
  const folder = await mkdtemp(path.join(root, 'test/autograd/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'examples.ts')
  const body = examples.map((code) => `{\n${code}}\n`).join('')
  const imports = "import { nn, type Tensor, torch } from '../../../lib/index.js'\n"
  await writeFile(file, `${imports}${body}console.log('end')\n`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', file])
  t.regex(stdout, /tensor\(\[2\., 4\., 6\.\]\)/)
  t.regex(stdout, /32 48/)
  t.regex(stdout, /true\nfalse/)
  t.regex(stdout, /accumulated tensor\(\[2\., 2\.\]\)/)
  t.regex(stdout, /SqrtBackward0.*\n?[\s\S]*\[cause\]: ForwardCall: SqrtBackward0 was recorded/)
  t.regex(stdout, /end\n$/)
})
