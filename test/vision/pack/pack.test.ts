// A pack is its folder: classes, order, samples, pixels.

import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import sharp from 'sharp'
import { DatasetError, dataloader } from '../../../lib/data/index.js'
import { native, type PackContents } from '../../../lib/native.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { imageFolder, pack, packed } from '../../../lib/vision/datasets/index.js'
import { ImageDecodeError } from '../../../lib/vision/image/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { bytesOf, crops, folderOf, jpegs, scratch } from './support.js'

expectNoLiveTensors(test)

const withJpeg = native.decodesJpeg() ? test : test.skip

const photos = fileURLToPath(new URL('../../../examples/photos/test', import.meta.url))
const jpeg = bytesOf(jpegs[0] as (typeof jpegs)[0])
const cmyk = bytesOf(jpegs.find(({ kind }) => kind === 'CMYK') as (typeof jpegs)[0])

const transform = transforms
  .pipeline()
  .toTensor()
  .randomResizedCrop([32, 32])
  .colorJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 })
  .randomHorizontalFlip()
  .normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

/** A hash of the bytes, and the targets, of each batch of two epochs. */
async function batches(dataset: Parameters<typeof dataloader<unknown, [Tensor, Tensor]>>[0]) {
  const found: unknown[] = []
  const loader = dataloader(dataset, { batchSize: 7, shuffle: true, seed: 3 })
  for (let epoch = 0; epoch < 2; epoch++) {
    for await (const [x, y] of loader) {
      found.push(createHash('sha1').update(x.toBytes()).digest('hex'), y.toArray())
      x.dispose()
      y.dispose()
    }
  }
  return found
}

withJpeg('the samples and batches of photos', async (t) => {
  const target = scratch('photos.pack')
  const folder = await imageFolder(photos, { transform })
  const progress: unknown[] = []
  const report = await pack(photos, target, {
    verify: true,
    onProgress: ({ done, total, read, written }) => progress.push([done, total, read < written]),
  })
  t.deepEqual(
    progress,
    folder.samples.map((_, i) => [i + 1, folder.length, true]),
  )
  t.deepEqual([report.pictures, report.tiled, report.damaged], [folder.length, folder.length, []])
  t.is((await stat(target)).size, report.written)
  t.deepEqual(await readdir(dirname(target)), ['photos.pack'])

  const ds = await packed(target, { transform })
  t.deepEqual([ds.length, ds.classes, ds.targets], [folder.length, folder.classes, folder.targets])
  t.deepEqual(ds.classToIdx, folder.classToIdx)
  t.deepEqual(
    ds.samples,
    folder.samples.map(([path, index]) => [path.replace(photos, target), index]),
  )
  t.deepEqual(await batches(ds), await batches(folder))
  t.deepEqual(await ds.verify({ against: photos }), [])
})

withJpeg('names in any script, folders in folders, empty classes, other formats', async (t) => {
  const png = await sharp(jpeg).png().toBuffer()
  const root = await folderOf({
    'ästhetik/ß — \u{1f426}.jpg': jpeg,
    'ästhetik/b/c/日本語.jpeg': jpeg,
    '\u{1f426}/1.png': png,
    '\u{1f426}/2.webp': await sharp(jpeg).webp().toBuffer(),
    '\u{1f426}/a png.jpg': png,
    '\uff5e/cmyk.jpg': cmyk,
  })
  await mkdir(join(root, 'leer'))
  const options = { transform, allowEmpty: true }
  const folder = await imageFolder(root, options)
  const target = scratch('ü \u{1f426}.pack')
  const report = await pack(folder, target, { verify: true, numWorkers: 1 })
  t.deepEqual([report.pictures, report.tiled], [6, 2])
  const ds = await packed(target, { transform, targetTransform: (index) => -index })
  t.deepEqual(ds.classes, folder.classes)
  t.true(ds.classes.includes('leer'))
  t.deepEqual(
    ds.samples.map(([path]) => path.slice(target.length)),
    folder.samples.map(([path]) => path.slice(root.length)),
  )
  const negated = await imageFolder(root, { ...options, targetTransform: (index) => -index })
  t.deepEqual(await batches(ds), await batches(negated))
})

withJpeg('orientations, in single samples and in batches', async (t) => {
  const files: Record<string, Uint8Array> = { 'a/0.jpg': jpeg }
  for (let orientation = 1; orientation <= 8; orientation++) {
    files[`a/${orientation}.jpg`] = await sharp(jpeg).withMetadata({ orientation }).toBuffer()
  }
  const root = await folderOf(files)
  const target = scratch('x.pack')
  await pack(root, target, { verify: true })
  const { pack: handle } = (await native.openPack(target)) as PackContents
  for (const exif of [false, true]) {
    const folder = await imageFolder(root, { exif })
    const ds = await packed(target, { exif })
    for (const [i, [path]] of folder.samples.entries()) {
      const [expected, got] = [await folder.get(i), await ds.get(i)]
      t.deepEqual(got.x.shape, expected.x.shape)
      t.is(got.x.size(1) > got.x.size(2), exif && i >= 5)
      t.deepEqual(got.x.toBytes(), expected.x.toBytes())
      for (const { x } of [expected, got]) x.dispose()
      const box = [3, 5, 60, 31] as const
      const [stored] = await crops([path], box, { exif })
      t.true(Buffer.isBuffer(stored))
      t.deepEqual(await crops([[handle, i]], box, { exif }), [stored])
    }
  }
})

withJpeg('damaged pictures end the work, or are left out and named', async (t) => {
  const root = await folderOf({
    'a/1.jpg': jpeg,
    'a/2.jpg': jpeg.subarray(0, jpeg.length / 2),
    'a/3.jpg': Buffer.from('no picture'),
    'b/4.jpg': Buffer.of(),
    'b/5.png': (await sharp(jpeg).png().toBuffer()).subarray(0, 300),
    'b/6.jpg': jpeg,
  })
  const target = scratch('x.pack')
  const error = await t.throwsAsync(pack(root, target), { instanceOf: ImageDecodeError })
  t.is(error?.path, join(root, 'a/2.jpg'))
  t.deepEqual(await readdir(dirname(target)), [])
  const report = await pack(root, target, { onError: 'skip', verify: true })
  t.deepEqual([report.pictures, report.tiled], [2, 2])
  t.deepEqual(
    report.damaged.map(({ path }) => path.slice(root.length + 1)),
    ['a/2.jpg', 'a/3.jpg', 'b/4.jpg', 'b/5.png'],
  )
  t.regex(report.damaged[0]?.reason ?? '', /damaged/)
  t.is(report.damaged[1]?.reason, 'it is a text file, not a picture that can be decoded')
  t.is(report.damaged[2]?.reason, 'it is an empty file, not a picture that can be decoded')
  const ds = await packed(target)
  t.deepEqual(ds.samples, [
    [join(target, 'a/1.jpg'), 0],
    [join(target, 'b/6.jpg'), 1],
  ])
})

withJpeg('a picture above the limits counts as damaged', async (t) => {
  const root = await folderOf({ 'a/1.jpg': jpeg, 'a/2.png': await sharp(jpeg).png().toBuffer() })
  const target = scratch('x.pack')
  const skipped = async (limits: object) => {
    const options = { onError: 'skip', force: true, ...limits } as const
    return (await pack(root, target, options)).damaged.map(({ reason }) => reason)
  }
  const pixels = 'it has more than 9 pixels (option maxPixels)'
  t.deepEqual(await skipped({ maxPixels: 9 }), [pixels, pixels])
  const bytes = 'it has more than 99 bytes (option maxBytes)'
  t.deepEqual(await skipped({ maxBytes: 99 }), [bytes, bytes])
  t.deepEqual(await skipped({}), [])
})

withJpeg('what is there stays unless force is set', async (t) => {
  const root = await folderOf({ 'a/1.jpg': jpeg })
  const target = scratch('x.pack')
  await writeFile(target, 'precious')
  const error = await t.throwsAsync(pack(root, target), {
    instanceOf: DatasetError,
    message: /exists; set force to replace it/,
  })
  t.is(error?.path, target)
  t.is(await readFile(target, 'utf8'), 'precious')
  await pack(root, target, { force: true })
  t.is((await packed(target)).length, 1)
  await t.throwsAsync(pack(root, dirname(target), { force: true }), { message: /is no file/ })
})

withJpeg('verify finds pictures that are not those of a folder', async (t) => {
  const target = scratch('x.pack')
  const root = await folderOf({ 'a/1.jpg': jpeg, 'a/2.png': await sharp(jpeg).png().toBuffer() })
  await pack(root, target)
  const ds = await packed(target)
  t.deepEqual(await ds.verify({ against: root }), [])
  await writeFile(join(root, 'a/1.jpg'), await sharp(jpeg).negate().jpeg().toBuffer())
  await writeFile(join(root, 'a/2.png'), await sharp(jpeg).negate().png().toBuffer())
  const reason = 'it differs from its file'
  t.deepEqual(await ds.verify({ against: root }), [
    { path: join(target, 'a/1.jpg'), reason },
    { path: join(target, 'a/2.png'), reason },
  ])
  t.deepEqual(await ds.verify(), [])
})

withJpeg('wrong arguments', async (t) => {
  const root = await folderOf({ 'a/1.jpg': jpeg })
  const target = scratch('x.pack')
  const refuse = (options: object, message: RegExp) =>
    t.throwsAsync(pack(root, target, options), { message })
  await refuse({ onError: 'ignore' }, /one of 'throw', 'skip' for onError/)
  await refuse({ numWorkers: 0 }, /an integer from 1 to 256 for numWorkers/)
  await refuse({ overwrite: true }, /unknown option "overwrite"/)
  await t.throwsAsync(pack(7 as never, target), { message: /for source, got 7/ })
  await t.throwsAsync(pack(root, 7 as never), { message: /for target, got 7/ })
})

const withoutJpeg = native.decodesJpeg() ? test.skip : test

withoutJpeg('without libjpeg-turbo a pack is not written', async (t) => {
  const target = scratch('x.pack')
  const error = await t.throwsAsync(pack(photos, target), {
    instanceOf: DatasetError,
    message: /a pack needs libjpeg-turbo, whose headers were not found/,
  })
  t.is(error?.path, target)
})
