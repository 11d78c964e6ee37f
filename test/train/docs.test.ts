// The examples of docs/async.md run.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each example of docs/async.md runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/async.md'), 'utf8')
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string)
  t.is(examples.length, 4)
  const folder = await mkdtemp(path.join(root, 'test/train/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'examples.ts')
  const body = examples.map((code) => `{\n${code}}\n`).join('')
  const imports =
    "import { evalStep, lr, nn, optim, torch, trainStep } from '../../../lib/index.js'\n"
  await writeFile(file, `${imports}${body}console.log('end')\n`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', file])
  t.is(
    stdout,
    `step 10: true
step 20: true
false [ 3, 2 ]
[ 1, 4 ]
Module.to: the module is in use by work off the JS thread: await callAsync, backwardAsync or the step first
end
`,
  )
})
