// Pictures that are odd, damaged or lie about themselves, as a folder may hold them, through the loader.

import { mkdtempSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import test from 'ava'
import sharp from 'sharp'
import { dataloader } from '../../../lib/data/index.js'
import { nn, optim } from '../../../lib/index.js'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import { imageFolder } from '../../../lib/vision/datasets/index.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { torment } from '../../../scripts/torture/images/loader.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const photo = fileURLToPath(
  new URL('../../../examples/photos/test/fishes/fish9.jpg', import.meta.url),
)
const root = mkdtempSync(join(tmpdir(), 'torture-'))
test.after.always(() => rm(root, { recursive: true }))

type Files = Record<string, Uint8Array>

/** A folder of two classes, which get the files in turn. */
async function folder(name: string, files: Files): Promise<string> {
  const place = join(root, name)
  for (const label of ['a', 'b']) await mkdir(join(place, label), { recursive: true })
  for (const [i, [file, bytes]] of Object.entries(files).entries()) {
    await writeFile(join(place, i % 2 === 0 ? 'a' : 'b', file), bytes)
  }
  return place
}

const small = () => sharp(photo).resize(61, 47, { fit: 'fill' })

/** Where the frame header of a JPEG begins that gives its size. */
function frameOf(jpeg: Buffer): number {
  let at = 2
  while (![0xc0, 0xc2].includes(jpeg[at + 1] as number)) at += 2 + jpeg.readUInt16BE(at + 2)
  return at
}

/** A JPEG with other bytes at a place of its frame header. */
function withFrame(jpeg: Buffer, offset: number, ...bytes: number[]): Buffer {
  const changed = Buffer.from(jpeg)
  changed.set(bytes, frameOf(jpeg) + offset)
  return changed
}

/** A progressive JPEG whose last scan comes again and again. */
function withScans(jpeg: Buffer, count: number): Buffer {
  const last = jpeg.lastIndexOf(Buffer.from([0xff, 0xda]))
  const scans = Array.from({ length: count }, () => jpeg.subarray(last, -2))
  return Buffer.concat([jpeg.subarray(0, last), ...scans, jpeg.subarray(-2)])
}

/** A PNG that announces another size, with the right checksum. */
function withSize(png: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(png)
  changed.writeUInt32BE(width, 16)
  changed.writeUInt32BE(height, 20)
  changed.writeUInt32BE(crc32(changed.subarray(12, 29)), 29)
  return changed
}

test.serial(
  'odd pictures: the pixels that decodeImage gives, whatever they are called',
  async (t) => {
    const jpeg = await small().jpeg().toBuffer()
    const turned = await small().jpeg().withMetadata({ orientation: 6 }).toBuffer()
    const files: Files = {
      'cmyk.jpg': await small().toColourspace('cmyk').jpeg().toBuffer(),
      'deep.png': await small().toColourspace('rgb16').png().toBuffer(),
      'grey.jpg': await small().grayscale().jpeg().toBuffer(),
      'interlaced.png': await small().png({ progressive: true }).toBuffer(),
      'jpeg.png': jpeg,
      'junk.jpg': Buffer.concat([jpeg, Buffer.alloc(10_000, 'junk')]),
      'palette.png': await small().png({ palette: true }).toBuffer(),
      'pixel.jpg': await small().resize(1, 1).jpeg().toBuffer(),
      'pixel.png': await small().resize(1, 1).png().toBuffer(),
      'png.jpg': await small().png().toBuffer(),
      'progressive.jpg': await small().jpeg({ progressive: true }).toBuffer(),
      'strip.jpg': await small().resize(1, 200, { fit: 'fill' }).jpeg().toBuffer(),
      'transparent.png': await small().ensureAlpha(0.5).png().toBuffer(),
      'turned.jpg': turned,
      'webp.jpeg': await small().webp().toBuffer(),
      'wide.jpg': await small().resize(300, 1, { fit: 'fill' }).jpeg().toBuffer(),
    }
    const place = await folder('odd', files)
    for (const exif of [false, true]) {
      const transform = transforms.pipeline().centerCrop(40)
      const ds = await imageFolder(place, { transform, exif })
      const loader = dataloader(ds, { batchSize: 5, numWorkers: 3 })
      let at = 0
      for await (const [x] of loader) {
        for (let i = 0; i < x.size(0); i++, at++) {
          const path = ds.samples[at]?.[0] as string
          const image = await decodeImage(path, { exif })
          const same = torch.scope(() => torch.equal(x.select(0, i), transform(image)))
          t.true(same, `${path}, exif ${exif}`)
          image.dispose()
        }
      }
      t.is(at, Object.keys(files).length)
      t.deepEqual(loader.report.errors, [])
    }
    using upright = await decodeImage(turned, { exif: true })
    using asStored = await decodeImage(turned)
    t.deepEqual([...upright.shape], [3, 61, 47])
    t.deepEqual([...asStored.shape], [3, 47, 61])
  },
)

test.serial('what cannot be used is refused, each file with its reason', async (t) => {
  const jpeg = await small().jpeg().toBuffer()
  const progressive = await small().jpeg({ progressive: true }).toBuffer()
  const png = await small().png().toBuffer()
  const [begin, size] = [0, 5]
  const bad: Record<string, [Uint8Array, RegExp]> = {
    'empty.jpg': [new Uint8Array(), /^it is an empty file/],
    'end.jpg': [jpeg.subarray(0, -2), /^the file is truncated$/],
    'half.jpg': [jpeg.subarray(0, jpeg.length / 2), /^the file is truncated$/],
    'half.png': [png.subarray(0, png.length / 2), /truncated|damaged/],
    'halfway.jpg': [progressive.subarray(0, progressive.length / 2), /^the file is truncated$/],
    'header.jpg': [jpeg.subarray(0, 20), /truncated|damaged/],
    // Half of the data and a forged end: libjpeg itself would fill the rest with grey.
    'forged.jpg': [
      Buffer.concat([jpeg.subarray(0, jpeg.length / 2), jpeg.subarray(-2)]),
      /damaged|truncated/,
    ],
    'huge.jpg': [withFrame(jpeg, size, 0xff, 0xdc, 0xff, 0xdc), /pixels \(option maxPixels\)$/],
    'huge.png': [withSize(png, 60_000, 60_000), /pixels \(option maxPixels\)$/],
    'endless.png': [withSize(png, 2 ** 31, 2 ** 31), /damaged|pixels/],
    'nothing.jpg': [withFrame(jpeg, size, 0, 0, 0, 0), /damaged/],
    'nothing.png': [withSize(png, 0, 0), /damaged/],
    'taller.jpg': [withFrame(jpeg, size, 0x10, 0), /damaged|truncated/],
    'lossless.jpg': [withFrame(jpeg, begin, 0xff, 0xc3), /./],
    // Without libjpeg another decoder, of more patience, reads them.
    ...(native.decodesJpeg() && {
      'scans.jpg': [withScans(progressive, 300), /^the file is damaged \(more than 200 scans\)$/],
    }),
    'text.jpg': [Buffer.from('no picture at all'), /^it is a text file/],
  }
  const good = await small().png().toBuffer()
  const files = Object.fromEntries(Object.entries(bad).map(([name, [bytes]]) => [name, bytes]))
  const place = await folder('bad', { ...files, 'good.png': good })
  const transform = transforms.pipeline().resize([32, 32]).toTensor()
  const ds = await imageFolder(place, { transform })
  const loader = dataloader(ds, { batchSize: 4, onError: 'skip', numWorkers: 2 })
  let samples = 0
  for await (const [x] of loader) samples += x.size(0)
  t.is(samples, 1)
  const { errors } = loader.report
  t.is(errors.length, Object.keys(bad).length)
  for (const { index, path = '', reason } of errors) {
    t.is(ds.samples[index]?.[0], path)
    const name = path.slice(path.lastIndexOf('/') + 1)
    t.regex(reason, bad[name]?.[1] as RegExp, name)
  }
})

test.serial(
  'a folder with 5 % of damaged files: training finishes, and every one is named',
  async (t) => {
    const jpeg = await small().jpeg().toBuffer()
    const png = await small().png().toBuffer()
    const flipped = Buffer.from(png)
    for (let i = 100; i < 140; i++) flipped[i] = 0xff & ~(flipped[i] as number)
    const damaged: readonly Uint8Array[] = [
      jpeg.subarray(0, jpeg.length / 3),
      png.subarray(0, png.length / 3),
      flipped,
      withFrame(jpeg, 5, 0x20, 0),
      new Uint8Array(),
    ]
    const files: Files = {}
    for (let i = 0; i < 100; i++) {
      const broken = i % 20 === 7 ? damaged[(i - 7) / 20] : undefined
      files[`${i}.${i % 4 === 0 ? 'png' : 'jpg'}`] = broken ?? (i % 4 === 0 ? png : jpeg)
    }
    const place = await folder('training', files)
    const names = [27, 47, 67, 7, 87].map((i) => join(place, 'b', `${i}.jpg`))
    const transform = transforms.pipeline().randomResizedCrop(16).randomHorizontalFlip().toTensor()
    const ds = await imageFolder(place, { transform })
    for (const [onError, seen] of [
      ['skip', 95],
      ['replace', 100],
    ] as const) {
      const loader = dataloader(ds, { batchSize: 8, shuffle: true, seed: 1, onError })
      const model = nn.sequential(nn.flatten(), nn.linear(3 * 16 * 16, 2))
      const criterion = nn.crossEntropyLoss()
      const optimizer = optim.sgd(model.parameters(), { lr: 0.01 })
      for (let epoch = 0; epoch < 2; epoch++) {
        for await (const [x, y] of loader) {
          optimizer.zeroGrad()
          const loss = criterion(model(x), y)
          loss.backward()
          optimizer.step()
          t.true(Number.isFinite(loss.item()))
        }
        const { errors, samples } = loader.report
        t.is(samples, seen)
        t.deepEqual(errors.map(({ path }) => path).sort(), names)
        t.true(errors.every(({ reason }) => reason !== ''))
      }
    }
  },
)

test.serial(
  'files that a seed has damaged are decoded or named, for any number of threads alike',
  async (t) => {
    const { decoded, refused, faults } = await torment(256, 1)
    t.deepEqual(faults, [])
    t.true(decoded > 20 && refused > 20)
    t.is(decoded + refused, 256)
  },
)
