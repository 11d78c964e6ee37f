// The native loader as a whole: order, threads, memory, and files that cannot be used.

import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import sharp from 'sharp'
import {
  concat,
  DataLoaderError,
  type DataLoaderOptions,
  dataloader,
  dataset,
} from '../../../lib/data/index.js'
import { pair } from '../../../lib/data/pair.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as datasets from '../../../lib/vision/datasets/index.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const photos = fileURLToPath(new URL('../../../examples/photos/test', import.meta.url))
const photo = join(photos, 'fishes/fish9.jpg')
const root = mkdtempSync(join(tmpdir(), 'loader-'))
test.after.always(() => rm(root, { recursive: true }))

const transform = transforms
  .pipeline()
  .randomResizedCrop(32)
  .colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })
  .randomHorizontalFlip()
  .toTensor()
  .normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

/** A folder with one class that holds these files. */
async function folder(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const place = join(root, name)
  await mkdir(join(place, 'a'), { recursive: true })
  for (const [file, bytes] of Object.entries(files)) await writeFile(join(place, 'a', file), bytes)
  return place
}

const { imageFolder } = datasets

type Options = DataLoaderOptions<unknown, [Tensor, Tensor]>

/** One hash of all batches of an epoch. */
async function hashOf(ds: datasets.ImageFolder, options: Options): Promise<string> {
  const hash = createHash('sha1')
  for await (const [x, y] of dataloader(ds, {
    batchSize: 8,
    shuffle: true,
    ...(options as object),
  })) {
    hash.update(x.toBytes()).update(y.toBytes())
    x.dispose()
    y.dispose()
  }
  return hash.digest('hex')
}

test('an epoch is the same for 1, 2 and 5 threads, and whatever is made ahead', async (t) => {
  const ds = await imageFolder(photos, { transform })
  const one = await hashOf(ds, { seed: 1, numWorkers: 1, prefetch: 0 })
  for (const [numWorkers, prefetch] of [
    [2, 1],
    [5, 2],
    [5, 20],
  ]) {
    t.is(await hashOf(ds, { seed: 1, numWorkers, prefetch }), one)
  }
  t.not(await hashOf(ds, { seed: 2 }), one)
})

test('a sample at a time, a short last batch, and none', async (t) => {
  const ds = await imageFolder(photos, { transform })
  const sizes = async (options: Options) => {
    const all: number[] = []
    for await (const [x] of dataloader(ds, options as object)) all.push(x.size(0))
    return all
  }
  t.deepEqual(await sizes({ batchSize: 10 }), [10, 10, 8])
  t.deepEqual(await sizes({ batchSize: 10, dropLast: true }), [10, 10])
  t.deepEqual(await sizes({ sampler: [3] }), [1])
  t.deepEqual(await sizes({ sampler: [] }), [])
  const [single] = [dataloader(ds, { batchSize: null }).iter()]
  t.deepEqual([...(await single.next()).x.shape], [3, 32, 32])
})

test('an index that is not in the data set', async (t) => {
  const ds = await imageFolder(photos, { transform })
  await t.throwsAsync(
    dataloader(ds, { sampler: [1, 99], batchSize: 2 })
      .iter()
      .next(),
    {
      message: 'dataloader: sample 99 failed: the sampler gave the index 99 for a data set of 28',
    },
  )
})

/** Forty pictures, two of which are damaged in different ways, and two that are none at all. */
async function damaged(): Promise<{ place: string; bad: Record<string, RegExp> }> {
  const whole = await readFile(photo)
  const png = await sharp(photo).resize(64).png().toBuffer()
  const files: Record<string, Uint8Array> = {}
  for (let i = 10; i < 50; i++) files[`${i}.jpg`] = i % 3 === 0 ? png : whole
  files['17.jpg'] = whole.subarray(0, whole.length / 2)
  files['24.jpg'] = png.subarray(0, png.length / 2)
  files['31.jpg'] = new TextEncoder().encode('no picture')
  files['45.jpg'] = new Uint8Array()
  const place = await folder('damaged', files)
  return {
    place,
    bad: {
      '17.jpg': /truncated|premature|damaged/i,
      '24.jpg': /truncated|damaged/,
      '31.jpg': /it is a text file/,
      '45.jpg': /it is an empty file/,
    },
  }
}

test('damaged files: training goes on, and every one is named', async (t) => {
  const { place, bad } = await damaged()
  const ds = await imageFolder(place, { transform })
  for (const onError of ['skip', 'replace'] as const) {
    const run = async (numWorkers: number) => {
      const loader = dataloader(ds, { batchSize: 7, shuffle: true, seed: 3, onError, numWorkers })
      const batches: unknown[] = []
      for await (const [x] of loader) {
        batches.push([x.size(0), createHash('sha1').update(x.toBytes()).digest('hex')])
      }
      return { batches, report: loader.report }
    }
    const { batches, report } = await run(2)
    t.is(report.samples, onError === 'skip' ? 36 : 40)
    const named = new Map(report.errors.map((error) => [error.path, error]))
    for (const [name, reason] of Object.entries(bad)) {
      const error = named.get(join(place, 'a', name))
      t.regex(error?.reason ?? '', reason, name)
      t.is(error?.stage, 'decode')
    }
    t.is(named.size, 4)
    t.true(Object.values(report.stages).every((time) => time > 0))
    const other = await run(0)
    t.deepEqual(other.batches, batches)
    const brief = (errors: typeof report.errors) =>
      errors.map(({ index, batch, path }) => ({ index, batch, path }))
    t.deepEqual(brief(other.report.errors), brief(report.errors))
  }
})

test('verify names every file that cannot be used, also beyond what crops see', async (t) => {
  const { place, bad } = await damaged()
  const expected = Object.entries(bad)
  for (const options of [{ transform }, {}, { loader: decodeImage }]) {
    const { samples, errors } = await datasets.verify(await imageFolder(place, options))
    t.is(samples, 40)
    t.deepEqual(
      errors.map(({ path }) => path),
      expected.map(([name]) => join(place, 'a', name)),
    )
    errors.forEach(({ reason, stage, index }, i) => {
      t.regex(reason, expected[i]?.[1] as RegExp)
      t.deepEqual([stage, index], ['decode', Number(expected[i]?.[0].slice(0, 2)) - 10])
    })
  }
  const numbers = dataset({
    length: 600,
    getItem(index: number) {
      if (index % 300 === 299) throw new RangeError(`no ${index}`)
      return index
    },
  })
  const seen: number[] = []
  const found = await datasets.verify(numbers, { onProgress: ({ checked }) => seen.push(checked) })
  t.deepEqual(
    found.errors.map(({ index, reason }) => [index, reason]),
    [
      [299, 'no 299'],
      [599, 'no 599'],
    ],
  )
  t.deepEqual(seen, [256, 512, 600])
  await t.throwsAsync(datasets.verify(numbers, { numWorkers: 0 }), { message: /numWorkers, got 0/ })
})

test('without another policy the first damaged file ends the epoch', async (t) => {
  const { place } = await damaged()
  const ds = await imageFolder(place, { transform })
  const error = await t.throwsAsync(hashOf(ds, { shuffle: false, numWorkers: 3 }), {
    instanceOf: DataLoaderError,
  })
  t.is(error?.path, join(place, 'a', '17.jpg'))
  t.deepEqual([error?.indices, error?.batch], [[7], 0])
  t.true(
    error?.message.startsWith(`dataloader: sample 7 failed: could not decode '${error.path}': `),
  )
})

test('a file that is gone, and limits', async (t) => {
  const place = await folder('limits', {
    '1.jpg': await readFile(photo),
    '2.png': await sharp(photo).png().toBuffer(),
  })
  const first = (options: object) =>
    imageFolder(place, { transform, ...options }).then((ds) =>
      dataloader(ds, { batchSize: 2, sampler: [1, 0] })
        .iter()
        .next(),
    )
  await t.throwsAsync(first({ maxPixels: 1000 }), {
    message: /2\.png': it has more than 1000 pixels \(option maxPixels\)/,
  })
  await t.throwsAsync(first({ maxBytes: 1000 }), {
    message: /2\.png': it has more than 1000 bytes \(option maxBytes\)/,
  })
  const gone = await imageFolder(place, { transform })
  await copyFile(photo, join(place, 'a/3.jpg'))
  await rm(join(place, 'a/1.jpg'))
  const loader = dataloader(gone, { batchSize: 2, onError: 'skip' })
  for await (const [x] of loader) t.is(x.size(0), 1)
  const [error] = loader.report.errors
  t.deepEqual([error?.stage, error?.reason], ['read', 'there is no such file'])
})

test('a narrow picture does not become longer than memory is large', async (t) => {
  const line = sharp({ create: { width: 1, height: 8000, channels: 3, background: '#345' } })
  const place = await folder('narrow', { '1.jpg': await line.jpeg().toBuffer() })
  const resized = transforms.pipeline().resize(256).centerCrop(8)
  const ds = await imageFolder(place, { transform: resized })
  await t.throwsAsync(dataloader(ds).iter().next(), {
    message: /1\.jpg': it would be resized to sides of 256 x 2048000 pixels/,
  })
})

test('a data set with a getItem of its own is asked for its samples', async (t) => {
  class Numbered extends datasets.ImageFolder {
    override async getItem(index: number) {
      const { x } = await super.getItem(index)
      return pair(x, -index)
    }
  }
  const { root: place, classes, samples } = await imageFolder(photos)
  const ds = new Numbered({ root: place, classes, samples }, { transform })
  const [x, y] = await dataloader(ds, { batchSize: 3 }).iter().next()
  t.deepEqual(y.toArray(), [0, -1, -2])
  x.dispose()
  y.dispose()
})

test('options that a loader of one’s own makes useless are refused', async (t) => {
  for (const option of [{ exif: true }, { maxPixels: 9 }, { decode: 'fast' as const }]) {
    await t.throwsAsync(imageFolder(photos, { loader: decodeImage, ...option }), {
      message: /loader and (exif|maxPixels|decode) exclude each other/,
    })
  }
})

test('leaving the loop cancels what is not begun', async (t) => {
  const ds = await imageFolder(photos, { transform })
  const many = concat(Array.from({ length: 40 }, () => ds))
  const whole = performance.now()
  for await (const [x] of dataloader(many, { batchSize: 200, numWorkers: 1 })) {
    x.dispose()
    break
  }
  const began = performance.now()
  for await (const [x] of dataloader(many, { batchSize: 200, numWorkers: 1, prefetch: 5 })) {
    x.dispose()
    break
  }
  // The five batches ahead are dropped, but for the sample that a thread is at.
  t.true(performance.now() - began < 3 * (began - whole))
})

test.serial('ten epochs need no more memory than one', async (t) => {
  const ds = await imageFolder(photos, {
    transform: transforms.pipeline().resize([256, 256]).toTensor(),
  })
  const loader = dataloader(concat([ds, ds, ds]), { batchSize: 16, shuffle: true })
  const epoch = async () => {
    for await (const [x, y] of loader) {
      x.dispose()
      y.dispose()
    }
  }
  await epoch()
  const before = process.memoryUsage().rss
  for (let i = 0; i < 10; i++) await epoch()
  // Each epoch passes 66 MB through.
  t.true(process.memoryUsage().rss - before < 60e6)
})
