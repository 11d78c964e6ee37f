// The examples of docs/transforms.md run.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const root = fileURLToPath(new URL('../../..', import.meta.url))

// What the examples take for granted.
const HEAD = `
import { dataloader, torch } from '../../../../lib/index.js'
import { transforms } from '../../../../lib/vision/index.js'

const trainDs = Array.from({ length: 4 }, (_, i) => [torch.rand([3, 8, 8]), i] as const)
const loader = dataloader(trainDs, { batchSize: 2 })
`

test('each example of docs/transforms.md runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/transforms.md'), 'utf8')
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string)
  t.is(examples.length, 3)
  const folder = await mkdtemp(path.join(root, 'test/vision/transforms/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const bodies = examples.map((code) => `{\n${code.replaceAll(/^import .*$/gm, '')}`)
  const shows = [
    'console.log(String(small.shape), String(turned.shape), String(x.shape), String(y.shape))',
    "console.log(chain.steps.map(({ name }) => name).join(' '))",
    'for await (const { x, y } of mixing) console.log(String(x.shape), String(y.shape))',
  ]
  const body = bodies.map((code, i) => `${code}${shows[i]}\n}\n`).join('')
  const file = path.join(folder, 'examples.ts')
  await writeFile(file, `${HEAD}${body}`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', file], {
    cwd: root,
  })
  t.is(
    stdout,
    `3,256,341 3,256,341 3,224,224 3,224,224
randomApply randomChoice
4,3,8,8 4,10
`,
  )
})
