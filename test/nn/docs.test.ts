// The examples of docs/modules.md run.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each example runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/modules.md'), 'utf8')
  const [shared, ...examples] = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code)
  const folder = await mkdtemp(path.join(root, 'test/nn/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'examples.ts')
  const body = examples.map((code) => `{\n${code}}\n`).join('')
  const imports =
    "import { nn, type Tensor, torch } from '../../../lib/index.js'\ntorch.manualSeed(0)\n"
  await writeFile(file, `${imports}${shared}${body}console.log('end')\n`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', file])
  t.deepEqual(stdout.trim().split('\n'), [
    '[ 4, 2 ]',
    'blocks.0.conv.weight blocks.0.conv.bias blocks.0.norm.weight blocks.0.norm.bias head.weight head.bias',
    'blocks.0.conv.weight',
    'Conv2d [ 4, 3, 8, 8 ] [ 4, 8, 8, 8 ]',
    '[ 4, 3, 8, 8 ] [ 4, 8, 8, 8 ]',
    // 8·27 + 8 of the convolution, 16 of the norm, 16 + 2 of the head; 216 products at each of 32² places, and 16.
    '258 221200',
    'Net                                  [1, 2]          --       True       --',
    'true bias parametrizations.weight.original',
    '[ 2, 4, 5 ] [ 4, 2 ]',
    'end',
  ])
})
