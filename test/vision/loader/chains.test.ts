// Whatever way a batch takes, its numbers are those of the transforms one after the other.

import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { copyFile, mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import sharp from 'sharp'
import { concat, type DataLoaderOptions, dataloader, subset } from '../../../lib/data/index.js'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { imageFolder } from '../../../lib/vision/datasets/index.js'
import { type CompiledPipeline, compile } from '../../../lib/vision/loader/compile.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import type { RunnableStep } from '../../../lib/vision/transforms/transform.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const photos = fileURLToPath(new URL('../../../examples/photos/test', import.meta.url))
const { pipeline } = transforms
const mean = [0.485, 0.456, 0.406]
const std = [0.229, 0.224, 0.225]
const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }

/** A folder with pictures of several formats, one of them under the name of another. */
const mixed = mkdtempSync(join(tmpdir(), 'chains-'))
test.before(async () => {
  await mkdir(join(mixed, 'a'))
  await mkdir(join(mixed, 'b'))
  const photo = join(photos, 'fishes/fish9.jpg')
  await copyFile(photo, join(mixed, 'a/1.jpg'))
  await sharp(photo).grayscale().png().toFile(join(mixed, 'a/2.png'))
  await sharp(photo).ensureAlpha(0.5).webp({ lossless: true }).toFile(join(mixed, 'b/3.webp'))
  await sharp(photo).png().toFile(join(mixed, 'b/4.jpg'))
  await sharp(photo)
    .jpeg({ progressive: true, chromaSubsampling: '4:4:4' })
    .toFile(join(mixed, 'b/5.png'))
})
test.after.always(() => rm(mixed, { recursive: true }))

const hash = (x: Tensor) => createHash('sha1').update(x.toBytes()).digest('hex')

/** A hash of the bytes, and the targets, of each batch of an epoch. */
async function epoch(
  dataset: Parameters<typeof dataloader<unknown, [Tensor, Tensor]>>[0],
  options: DataLoaderOptions<unknown, [Tensor, Tensor]>,
) {
  const batches: unknown[] = []
  for await (const [x, y] of dataloader(dataset, { seed: 5, shuffle: true, ...options })) {
    batches.push({ shape: [...x.shape], dtype: x.dtype, x: hash(x), y: y.toArray() })
    x.dispose()
    y.dispose()
  }
  return batches
}

const chains = {
  'for training': pipeline()
    .randomResizedCrop(64)
    .randomHorizontalFlip()
    .colorJitter(jitter)
    .toTensor()
    .normalize(mean, std),
  'for validation': pipeline().resize(72).centerCrop(64).toTensor().normalize(mean, std),
  bytes: pipeline().randomResizedCrop([40, 60]).randomVerticalFlip().randomHorizontalFlip(0.3),
  'values before what only moves pixels': pipeline()
    .resize([50, 70])
    .toTensor()
    .randomHorizontalFlip()
    .centerCrop([40, 50])
    .normalize(mean, std),
  'values before a crop that pads': pipeline()
    .resize([50, 70])
    .toTensor()
    .normalize(mean, std)
    .centerCrop(60),
  'padding, and crops at random': pipeline()
    .pad(3, { paddingMode: 'reflect' })
    .randomCrop([80, 90], { padding: 4 })
    .randomGrayscale(0.5)
    .toTensor()
    .pad([1, 2]),
  'a crop that pads': pipeline().crop(-10, 200, 100, 100).resize([30, 31]).verticalFlip(),
  padding: pipeline()
    .pad([3, 1, 4, 2], { paddingMode: 'reflect' })
    .randomCrop(120, { padding: [0, 30], padIfNeeded: true, fill: [10, 200, 30] })
    .randomGrayscale(0.4)
    .pad(3, { paddingMode: 'symmetric' })
    .toTensor()
    .normalize(mean, std)
    .pad(2, { fill: 1 })
    .randomCrop(124, { padding: 2, paddingMode: 'edge' }),
  'a resized crop, then all colours': pipeline()
    .resizedCrop(10, 20, 100, 90, [48, 48])
    .adjustBrightness(1.2)
    .adjustContrast(0.7)
    .adjustSaturation(1.6)
    .adjustHue(-0.2)
    .rgbToGrayscale(3),
  'boxes erased behind all else': pipeline()
    .randomResizedCrop(64)
    .randomHorizontalFlip()
    .toTensor()
    .normalize(mean, std)
    .randomErasing({ p: 0.8, value: [0.1, -2, 3] })
    .randomErasing({ p: 0.8 }),
  'boxes erased between other steps': pipeline()
    .randomResizedCrop([50, 44])
    .randomErasing({ p: 0.9, value: [10, 200.7, 0] })
    .randomHorizontalFlip()
    .toTensor()
    .randomErasing({ p: 0.9, value: 0.3, scale: [0.1, 0.2] })
    .normalize(mean, std)
    .randomErasing({ value: -1 })
    .randomVerticalFlip()
    .centerCrop(48)
    .randomErasing({ ratio: [0.1, 9] })
    .resize([30, 31])
    .randomErasing()
    .toDtype('bfloat16'),
  'boxes that are noise': pipeline().resize([30, 31]).toTensor().randomErasing({ value: 'random' }),
  'tones of bytes': pipeline()
    .randomResizedCrop([45, 59])
    .randomAutocontrast()
    .randomEqualize()
    .randomInvert()
    .grayscale(3)
    .randomSolarize(130.5)
    .randomPosterize(3)
    .autocontrast()
    .solarize(128)
    .invert()
    .equalize()
    .posterize(5),
  'tones of floats': pipeline()
    .toTensor()
    .randomResizedCrop([45, 59])
    .randomAutocontrast()
    .randomInvert()
    .randomSolarize(0.5)
    .randomPosterize(3)
    .normalize(mean, std)
    .autocontrast()
    .solarize(0.2)
    .invert()
    .posterize(5),
  sharpness: pipeline()
    .randomResizedCrop([45, 59])
    .randomAdjustSharpness(1.7)
    .adjustSharpness(0.3)
    .randomAdjustSharpness(9, 0.3)
    .adjustSharpness(1.1),
  'half precision': pipeline()
    .randomResizedCrop(32)
    .toTensor()
    .normalize(mean, std)
    .toDtype('bfloat16'),
  'half precision from bytes': pipeline()
    .randomResizedCrop(32)
    .toDtype('bfloat16', { scale: true }),
  'a type that is not native': pipeline().randomResizedCrop(32).toTensor().toDtype('float64'),
  'integers of another type': pipeline().resize(40).centerCrop(40).toDtype('int64'),
  'a step that is not native, behind random ones': pipeline()
    .randomResizedCrop(48)
    .colorJitter({ hue: 0.2 })
    .gaussianBlur(3)
    .randomHorizontalFlip()
    .randomResizedCrop(40)
    .toTensor(),
  'a function of the user': pipeline()
    .randomResizedCrop(48)
    .lambda((image) => image.flip([-1]))
    .randomVerticalFlip()
    .toTensor(),
  'another kernel': pipeline().centerCrop(90).resize(48, { interpolation: 'bicubic' }),
  'in floating point from the start': pipeline()
    .toTensor()
    .randomResizedCrop(48)
    .colorJitter(jitter)
    .randomHorizontalFlip()
    .normalize(mean, std),
} as const

for (const [name, chain] of Object.entries(chains)) {
  test(`the same numbers on every path: ${name}`, async (t) => {
    for (const root of [photos, mixed]) {
      const ds = await imageFolder(root, { transform: chain })
      const plain = await epoch(ds, { batchSize: 6, numWorkers: 0 })
      t.deepEqual(await epoch(ds, { batchSize: 6, numWorkers: 2 }), plain)
    }
  })
}

const compiled = (chain: { steps: readonly unknown[] }) =>
  compile(chain.steps as readonly RunnableStep[])

test('what of a chain is native', (t) => {
  const left = (name: keyof typeof chains) => {
    const plan = compiled(chains[name])
    return (
      plan && [
        plan.dtype,
        ...plan.size,
        plan.streams,
        ...[...plan.single, ...plan.whole].map((step) => step.name),
      ]
    )
  }
  t.deepEqual(left('for training'), ['float32', 64, 64, 3])
  t.deepEqual(left('for validation'), ['float32', 64, 64, 0])
  t.deepEqual(left('padding'), ['float32', 124, 124, 3])
  t.deepEqual(left('bytes'), ['uint8', 40, 60, 3])
  t.deepEqual(left('values before what only moves pixels'), ['float32', 40, 50, 1])
  t.deepEqual(left('values before a crop that pads'), ['float32', 60, 60, 0])
  t.deepEqual(left('boxes erased behind all else'), ['float32', 64, 64, 4])
  t.deepEqual(left('boxes erased between other steps'), ['bfloat16', 30, 31, 8])
  t.deepEqual(left('boxes that are noise'), ['float32', 30, 31, 0, 'randomErasing'])
  t.deepEqual(left('tones of bytes'), ['uint8', 45, 59, 6])
  t.deepEqual(left('tones of floats'), ['float32', 45, 59, 5])
  t.deepEqual(left('sharpness'), ['uint8', 45, 59, 3])
  t.deepEqual(left('half precision'), ['bfloat16', 32, 32, 1])
  t.deepEqual(left('half precision from bytes'), ['uint8', 32, 32, 1, 'toDtype'])
  t.deepEqual(left('in floating point from the start'), ['float32', 48, 48, 3])
  t.deepEqual(left('a type that is not native'), ['float32', 32, 32, 1, 'toDtype'])
  t.deepEqual(left('a function of the user'), [
    'uint8',
    48,
    48,
    1,
    'lambda',
    'randomVerticalFlip',
    'toTensor',
  ])
  t.is(compiled(pipeline().toTensor()), undefined)
  t.is(compiled(pipeline().resize(40)), undefined)
  const there = compiled(pipeline().to('cpu').centerCrop(8).to('cpu').toTensor())
  t.deepEqual([there?.dtype, there?.device, there?.whole.length], ['float32', 'cpu', 0])
})

test('channels last: the same numbers in another order of memory', async (t) => {
  for (const name of ['for training', 'a function of the user', 'bytes'] as const) {
    const ds = await imageFolder(photos, { transform: chains[name] })
    for (const numWorkers of [0, 2]) {
      const first = (memoryFormat: 'channels_last' | 'contiguous_format') =>
        dataloader(ds, { batchSize: 5, seed: 1, numWorkers, memoryFormat }).iter().next()
      const plain = await first('contiguous_format')
      const { x } = await first('channels_last')
      t.true(x.isContiguous({ memoryFormat: 'channels_last' }), name)
      t.true(plain.x.isContiguous(), name)
      t.true(torch.equal(x, plain.x), name)
    }
  }
})

test('to another device goes a batch, as bytes where values are the last that is done', (t) => {
  const plan = (chain: transforms.Pipeline) => {
    const { dtype, device, single, whole } = compiled(chain) as CompiledPipeline
    return [dtype, device, single.map(({ name }) => name), whole.map(({ name }) => name)]
  }
  const start = () => pipeline().toTensor().to('meta')
  const norm = (chain: transforms.Pipeline) => chain.randomHorizontalFlip().normalize(mean, std)
  t.deepEqual(plan(norm(pipeline().randomResizedCrop(8).toTensor().to('meta'))), [
    'uint8',
    'meta',
    [],
    ['toTensor', 'normalize'],
  ])
  t.deepEqual(plan(norm(start().randomResizedCrop([224, 224]).colorJitter(jitter))), [
    'float32',
    'meta',
    [],
    ['normalize'],
  ])
  t.deepEqual(
    plan(pipeline().centerCrop(8).gaussianBlur(3).to('meta').randomRotation(3).toTensor()),
    ['uint8', undefined, ['gaussianBlur', 'randomRotation'], ['to', 'toTensor']],
  )
})

test('a batch arrives where its pipeline puts it', async (t) => {
  const transform = chains['for training'].to('meta').toDtype('float16')
  const ds = await imageFolder(photos, { transform })
  const { x, y } = await dataloader(ds, { batchSize: 4 }).iter().next()
  t.deepEqual([x.device, x.dtype, ...x.shape], ['meta', 'float16', 4, 3, 64, 64])
  t.is(y.device, 'cpu')
})

test.serial('where native code decodes no JPEG, sharp does, to the same numbers', async (t) => {
  const { loadImages } = native
  const chain = chains['for training']
  const ds = await imageFolder(photos, { transform: chain })
  const plain = await epoch(ds, { batchSize: 6 })
  native.loadImages = async (...values) => {
    const sources = values.at(-2) as readonly unknown[]
    if (!sources.every((source) => typeof source === 'string')) return loadImages(...values)
    return { outcomes: sources.map(() => true), times: new Float64Array(5) }
  }
  try {
    t.deepEqual(await epoch(ds, { batchSize: 6 }), plain)
  } finally {
    native.loadImages = loadImages
  }
})

test('parts of data sets, and several of them', async (t) => {
  const transform = chains['for training']
  const one = await imageFolder(photos, { transform })
  const two = await imageFolder(mixed, { transform })
  const both = concat([subset(one, [5, 3, 9, 1]), two])
  const plain = await epoch(both, { batchSize: 4, numWorkers: 0 })
  t.deepEqual(await epoch(both, { batchSize: 4 }), plain)
})

test('a collate of the user gets the samples', async (t) => {
  const ds = await imageFolder(photos, { transform: chains['for training'] })
  const sums = async (numWorkers: number) => {
    const loader = dataloader(ds, {
      batchSize: 7,
      seed: 1,
      numWorkers,
      collate: (samples) => torch.scope(() => samples.map(([x, y]) => [x.sum().item(), y])),
    })
    const all: unknown[] = []
    for await (const batch of loader) all.push(batch)
    return all
  }
  t.deepEqual(await sums(2), await sums(0))
})
