// The examples of docs/training.md run.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each example runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/training.md'), 'utf8')
  const [shared, ...examples] = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)
  t.true(examples.length >= 6)
  const folder = await mkdtemp(path.join(root, 'test/optim/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'examples.ts')
  const body = examples.map((code) => `{\n${code}}\n`).join('')
  const imports =
    "import { lr, nn, optim, torch } from '../../../lib/index.js'\ntorch.manualSeed(0)\n"
  await writeFile(file, `${imports}${shared}${body}console.log('end')\n`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', file])
  t.deepEqual(stdout.trim().split('\n'), [
    '0.005,0.0001 weight,bias',
    '0.0792',
    'float32',
    'true',
    '32,1',
    'end',
  ])
})
