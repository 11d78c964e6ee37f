import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32, deflateSync } from 'node:zlib'
import test from 'ava'
import sharp from 'sharp'
import { decodeImage, ImageDecodeError } from '../../../lib/vision/image/index.js'

const photo = fileURLToPath(
  new URL('../../../examples/photos/test/fishes/fish9.jpg', import.meta.url),
)
const folder = await mkdtemp(join(tmpdir(), 'decode-'))

/** A file in the test's folder. */
async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

/** A picture of 2 x 3 pixels in the given pixels. */
const pixels = (channels: 1 | 2 | 3 | 4, ...values: number[]) =>
  sharp(Uint8Array.from(values), { raw: { width: 3, height: 2, channels } })

const flat = async (source: string | Uint8Array) => {
  const image = await decodeImage(source)
  return {
    shape: [...image.shape],
    dtype: image.dtype,
    values: image.permute(1, 2, 0).reshape([-1]).toArray(),
  }
}

const rgb = Array.from({ length: 18 }, (_, index) => index * 14)

test('PNG, WebP, TIFF: exact pixels as [3, height, width]', async (t) => {
  for (const format of ['png', 'webp', 'tiff'] as const) {
    const bytes = await pixels(3, ...rgb)
      .toFormat(
        format,
        format === 'webp' ? { lossless: true } : format === 'tiff' ? { compression: 'none' } : {},
      )
      .toBuffer()
    t.deepEqual(await flat(bytes), { shape: [3, 2, 3], dtype: 'uint8', values: rgb }, format)
  }
})

test('grey becomes three equal channels, alpha is dropped, 16 bits become 8', async (t) => {
  const grey = await pixels(1, 0, 50, 100, 150, 200, 250).toColourspace('b-w').png().toBuffer()
  t.deepEqual(
    (await flat(grey)).values,
    [0, 50, 100, 150, 200, 250].flatMap((v) => [v, v, v]),
  )
  const alpha = await pixels(4, ...[9, 8, 7, 0], ...Array(20).fill(255))
    .png()
    .toBuffer()
  t.deepEqual((await flat(alpha)).values, [9, 8, 7, ...Array(15).fill(255)])
  const deep = await pixels(3, ...rgb)
    .toColourspace('rgb16')
    .png()
    .toBuffer()
  t.deepEqual((await flat(deep)).values, rgb)
})

test('the content decides, not the name; an upper-case ending, a URL, bytes', async (t) => {
  const png = await file(
    'png.jpg',
    await pixels(3, ...rgb)
      .png()
      .toBuffer(),
  )
  t.deepEqual((await flat(png)).values, rgb)
  const upper = join(folder, 'PHOTO.JPG')
  await copyFile(photo, upper)
  const expected = (await decodeImage(photo)).toArray()
  t.deepEqual((await decodeImage(upper)).toArray(), expected)
  t.deepEqual((await decodeImage(await readFile(photo))).toArray(), expected)
})

test('Exif orientation is applied only when asked for', async (t) => {
  const turned = await pixels(3, ...rgb)
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer()
  t.deepEqual([...(await decodeImage(turned)).shape], [3, 2, 3])
  const upright = await decodeImage(turned, { exif: true })
  t.deepEqual([...upright.shape], [3, 3, 2])
  // Orientation 6: turned a quarter right, the lower left pixel comes to the upper left.
  t.deepEqual(upright.select(1, 0).select(1, 0).toArray(), rgb.slice(9, 12))
})

test('what is no picture is refused with its file and what it is', async (t) => {
  const refuse = async (name: string, bytes: Uint8Array | string, reason: RegExp) => {
    const path = await file(name, bytes)
    const error = await t.throwsAsync(decodeImage(path), { instanceOf: ImageDecodeError })
    t.true(error?.message.startsWith(`could not decode '${path}': `), error?.message)
    t.regex(error?.reason ?? '', reason)
    t.is(error?.path, path)
  }
  await refuse('text.jpg', 'hello, this is text\n', /it is a text file/)
  await refuse('empty.jpg', '', /it is an empty file/)
  await refuse(
    'drawing.jpg',
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    /an SVG/,
  )
  await refuse('bitmap.jpg', 'BM\x00\x01\x02\x03', /it is a BMP picture/)
  await refuse('noise.jpg', Uint8Array.from([0, 1, 2, 3, 0, 255]), /unknown format/)
  const jpeg = await readFile(photo)
  await refuse('half.jpg', jpeg.subarray(0, jpeg.length / 2), /truncated/)
  await refuse('last.jpg', jpeg.subarray(0, jpeg.length - 2), /truncated/)
  await refuse('head.jpg', jpeg.subarray(0, 4), /truncated|damaged/)
  const png = await pixels(3, ...rgb)
    .png()
    .toBuffer()
  await refuse('half.png', png.subarray(0, png.length - 20), /damaged|truncated/)
  png[40] = (png[40] ?? 0) ^ 0xff
  await refuse('flipped.png', png, /damaged/)
})

test('a missing file, a folder, wrong arguments', async (t) => {
  await t.throwsAsync(decodeImage(join(folder, 'none.jpg')), {
    message: /none\.jpg': there is no such file/,
  })
  await t.throwsAsync(decodeImage(folder), { instanceOf: ImageDecodeError, message: /EISDIR/ })
  await t.throwsAsync(decodeImage(3 as never), {
    message: /a path, a file: URL or bytes for source, got 3/,
  })
  await t.throwsAsync(decodeImage(photo, { exif: 1 as never }), { message: /a boolean for exif/ })
})

/** A PNG file that announces a size, and holds no pixels. */
function announce(width: number, height: number): Uint8Array {
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  const data = chunk('IDAT', deflateSync(new Uint8Array(0)))
  return Buffer.concat([signature, chunk('IHDR', header), data, chunk('IEND', new Uint8Array(0))])
}

test('more pixels than allowed are refused before they are decoded', async (t) => {
  await t.throwsAsync(decodeImage(photo, { maxPixels: 1000 }), {
    message: /more than 1000 pixels/,
  })
  await t.throwsAsync(decodeImage(announce(30_000, 30_000)), {
    message: /^could not decode the image: it has more than 268402689 pixels/,
  })
  await t.throwsAsync(decodeImage(announce(30, 30)), { message: /damaged|truncated/ })
})
