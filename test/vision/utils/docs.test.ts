// The examples of docs/seeing.md run.

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
import {
  contactSheet, datasets, decodeImage, drawBoundingBoxes, drawKeypoints, drawLabels,
  drawSegmentationMasks, makeGrid, saveImage, transforms,
} from '../../../../lib/vision/index.js'

const transform = transforms.pipeline().resize([60, 60]).toTensor().normalize(0.5, 0.5)
const ds = await datasets.imageFolder('${path.join(root, 'examples/photos/test')}', { transform })
const loader = dataloader(ds, { batchSize: 6 })
const image = await decodeImage(ds.samples[0]![0])
process.chdir(import.meta.dirname)
`

test('each example of docs/seeing.md runs', async (t) => {
  const text = await readFile(path.join(root, 'docs/seeing.md'), 'utf8')
  const examples = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code as string)
  t.is(examples.length, 3)
  const folder = await mkdtemp(path.join(root, 'test/vision/utils/examples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const shows = [
    'console.log(String(image.shape), String((await decodeImage("sheet.png")).shape))',
    'console.log(String((await decodeImage("batch.png")).shape))',
    'console.log([seen, masked, pointed].every((drawn) => String(drawn.shape) === String(image.shape) && !drawn.equal(image)))',
  ]
  const body = examples.map((code, i) => `{\n${code}${shows[i]}\n}\n`).join('')
  const file = path.join(folder, 'examples.ts')
  await writeFile(file, `${HEAD}${body.replace('console.log(report.stages, report.errors)', '')}`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', file], {
    cwd: root,
  })
  // 18 photos, 120 pixels with a name of 10 below, two between.
  t.is(stdout, '3,662,612 3,662,612\n3,126,250\ntrue\n')
})
