// Pictures that are kept decoded are the pictures.

import { createHash } from 'node:crypto'
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import sharp from 'sharp'
import { type DataLoaderOptions, dataloader } from '../../../lib/data/index.js'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { imageFolder, pack, packed } from '../../../lib/vision/datasets/index.js'
import { RawCache } from '../../../lib/vision/datasets/raw-cache.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { crops, folderOf, scratch } from '../pack/support.js'

expectNoLiveTensors(test)

const withJpeg = native.decodesJpeg() ? test : test.skip

const photos = fileURLToPath(new URL('../../../examples/photos/test', import.meta.url))
const fish = join(photos, 'fishes/fish9.jpg')

const transform = transforms
  .pipeline()
  .toTensor()
  .randomResizedCrop([48, 48])
  .colorJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 })
  .randomHorizontalFlip()
  .normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

type Pictures = Parameters<typeof dataloader<unknown, [Tensor, Tensor]>>[0]

/** A hash of the bytes of each batch of three epochs. */
async function epochs(dataset: Pictures, options?: DataLoaderOptions<unknown, [Tensor, Tensor]>) {
  const found: string[] = []
  const loader = dataloader(dataset, { batchSize: 5, shuffle: true, seed: 9, ...options })
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const [x, y] of loader) {
      found.push(createHash('sha1').update(x.toBytes()).digest('hex'))
      x.dispose()
      y.dispose()
    }
  }
  return found
}

/** Photos, one of them as a PNG. */
async function mixed(): Promise<string> {
  const root = await folderOf({ 'a/1.png': await sharp(fish).png().toBuffer() })
  await mkdir(join(root, 'b'))
  for (const name of ['fish9.jpg']) await copyFile(fish, join(root, 'b', name))
  for (const name of (await readdir(join(photos, 'tools'))).slice(0, 6)) {
    await copyFile(join(photos, 'tools', name), join(root, 'b', name))
  }
  return root
}

test('the same batches as without, from memory and from a file', async (t) => {
  const root = await mixed()
  const expected = await epochs(await imageFolder(root, { transform }))
  t.deepEqual(await epochs(await imageFolder(root, { transform, cache: 'raw' })), expected)
  const file = scratch('cache')
  const settings = { kind: 'raw', maxBytes: 1e8, file } as const
  t.deepEqual(await epochs(await imageFolder(root, { transform, cache: settings })), expected)
  // Its name is gone as soon as it is open.
  t.deepEqual(await readdir(dirname(file)), [])
})

test('files are read in the first epoch only', async (t) => {
  const root = await mixed()
  const dataset = await imageFolder(root, { transform, cache: 'raw' })
  const expected = await epochs(await imageFolder(root, { transform }))
  const loader = dataloader(dataset, { batchSize: 5, shuffle: true, seed: 9 })
  const found: string[] = []
  for (let epoch = 0; epoch < 3; epoch++) {
    for await (const [x, y] of loader) {
      found.push(createHash('sha1').update(x.toBytes()).digest('hex'))
      x.dispose()
      y.dispose()
    }
    if (epoch === 0) await rm(root, { recursive: true })
  }
  t.deepEqual(found, expected)
})

test('what does not fit is decoded again, and said once', async (t) => {
  const root = await mixed()
  const expected = await epochs(await imageFolder(root, { transform }))
  const warnings: Error[] = []
  const listen = (warning: Error) => warnings.push(warning)
  process.on('warning', listen)
  // Two or three of the eight pictures.
  const cache = { kind: 'raw', maxBytes: 500_000 } as const
  t.deepEqual(await epochs(await imageFolder(root, { transform, cache })), expected)
  process.off('warning', listen)
  const said = /cache: 'raw': [1-7] of 8 pictures fit into its \d+ bytes/
  t.is(warnings.filter(({ message }) => said.test(message)).length, 1)
  const none = { kind: 'raw', maxBytes: 0 } as const
  t.deepEqual(await epochs(await imageFolder(root, { transform, cache: none })), expected)
})

withJpeg('a cache by itself: what it holds, pixels, limits', async (t) => {
  const [width, height] = await sharp(fish)
    .metadata()
    .then((info) => [info.width, info.height] as const)
  const one = Math.ceil((width * height * 4 + 64) / 64) * 64
  const cache = new RawCache(3, { kind: 'raw', maxBytes: 2 * one })
  t.deepEqual(cache.state, { pictures: 0, bytes: 0, full: false })
  const boxes = [
    [0, 0, height, width],
    [height - 3, width - 5, 3, 5],
    [7, 11, 20, 30],
  ] as const
  // The third picture finds no room, the two before it stay.
  for (const [index, pictures, full] of [
    [0, 1, false],
    [0, 1, false],
    [2, 2, false],
    [1, 2, true],
    [2, 2, true],
  ] as const) {
    for (const box of boxes) {
      const expected = await crops([fish], box)
      t.true(Buffer.isBuffer(expected[0]))
      t.deepEqual(await crops([cache.source(index, fish)], box), expected)
    }
    t.deepEqual(cache.state, { pictures, bytes: pictures * one, full })
  }
  // Many threads at one picture.
  const busy = new RawCache(1, { kind: 'raw', maxBytes: 1e8 })
  const many = Array.from({ length: 40 }, () => busy.source(0, fish))
  const found = await crops(many, boxes[2])
  const [expected] = await crops([fish], boxes[2])
  t.true(found.every((bytes) => Buffer.isBuffer(bytes) && bytes.equals(expected as Buffer)))
  t.deepEqual(busy.state, { pictures: 1, bytes: one, full: false })
})

test('a file that cannot be made is an error', async (t) => {
  const there = basename(fish)
  const cache = (file: string) => new RawCache(1, { kind: 'raw', maxBytes: 1e6, file })
  t.throws(() => cache(fish).source(0, fish), { message: /file of the cache .*exists/i })
  const nowhere = join(dirname(scratch('x')), 'no', there)
  t.throws(() => cache(nowhere).source(0, fish), { message: /file of the cache .*No such file/ })
})

test('damage anywhere is an error when all of a picture is decoded', async (t) => {
  const bytes = await sharp(fish).jpeg().toBuffer()
  const root = await folderOf({ 'a/1.jpg': bytes.subarray(0, bytes.length - 400) })
  const cache = new RawCache(1, { kind: 'raw', maxBytes: 1e8 })
  const [reason] = await crops([cache.source(0, join(root, 'a/1.jpg'))], [0, 0, 2, 2])
  t.regex(String(reason), /truncated|true/)
  t.deepEqual(cache.state, { pictures: 0, bytes: 0, full: false })
})

withJpeg('a pack and a cache together', async (t) => {
  const root = await mixed()
  const target = scratch('x.pack')
  await pack(root, target)
  const expected = await epochs(await imageFolder(root, { transform }))
  t.deepEqual(await epochs(await packed(target, { transform, cache: 'raw' })), expected)
})

test('wrong options', async (t) => {
  const refuse = (options: object, message: RegExp) =>
    t.throwsAsync(imageFolder(photos, { transform, ...options }), { message })
  await refuse(
    { cache: 'jpeg' },
    /'raw' or \{ kind: 'raw', maxBytes, file \} for cache, got "jpeg"/,
  )
  await refuse({ cache: { kind: 'jpeg' } }, /'raw' for cache.kind, got "jpeg"/)
  await refuse({ cache: { kind: 'raw', maxBytes: -1 } }, /at least 0 for cache.maxBytes, got -1/)
  await refuse({ cache: { kind: 'raw', path: 'x' } }, /unknown option "path"/)
  await refuse({ cache: 'raw', transform: undefined }, /cache needs a pipeline/)
  const foreign = transforms.pipeline().rotate(10).centerCrop(8).toTensor()
  await refuse({ cache: 'raw', transform: foreign }, /cache needs a pipeline/)
  await refuse({ cache: 'raw', loader: () => torch.zeros([3, 1, 1]) }, /cache needs a pipeline/)
})
