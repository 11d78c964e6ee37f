// A crop of a picture in a pack is the crop of its file, byte for byte.

import { join } from 'node:path'
import test from 'ava'
import sharp from 'sharp'
import { KeyedRandom } from '../../../lib/data/random.js'
import { native, type PackContents } from '../../../lib/native.js'
import { pack } from '../../../lib/vision/datasets/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { type Box, bytesOf, crops, folderOf, jpegs, scratch } from './support.js'

expectNoLiveTensors(test)

const withJpeg = native.decodesJpeg() ? test : test.skip

async function packedOf(files: Readonly<Record<string, Uint8Array>>) {
  const root = await folderOf(files)
  const target = scratch('x.pack')
  const report = await pack(root, target)
  const { pack: handle, names } = (await native.openPack(target)) as PackContents
  return {
    report,
    fromFiles: names.map((name) => join(root, name)),
    fromPack: names.map((_, i) => [handle, i] as const),
  }
}

/** Boxes of a picture: large and small ones, many of them at its edges. */
function* boxesOf(width: number, height: number, count: number): Generator<Box> {
  const random = new KeyedRandom({ seed: width, epoch: height, purpose: 'sample', index: count })
  for (let i = 0; i < count; i++) {
    const w = 1 + random.integer(i % 2 === 0 ? width : Math.min(width, 9))
    const h = 1 + random.integer(i % 2 === 0 ? height : Math.min(height, 9))
    const left = i % 3 === 0 ? width - w : random.integer(width - w + 1)
    const top = i % 5 === 0 ? height - h : random.integer(height - h + 1)
    yield [top, left, h, w]
  }
}

for (const width of new Set(jpegs.map((file) => file.width))) {
  withJpeg(`crops of pictures ${width} pixels wide`, async (t) => {
    const files = jpegs.filter((file) => file.width === width)
    const height = files[0]?.height as number
    const { report, fromFiles, fromPack } = await packedOf(
      Object.fromEntries(files.map((file, i) => [`a/${i}.jpg`, bytesOf(file)])),
    )
    t.is(report.tiled, files.filter(({ kind }) => kind !== 'CMYK').length)
    for (const box of [[0, 0, height, width] as const, ...boxesOf(width, height, 400)]) {
      const expected = await crops(fromFiles, box)
      const got = await crops(fromPack, box)
      for (const [i, { kind }] of files.entries()) {
        const same = Buffer.isBuffer(expected[i]) && expected[i].equals(got[i] as Buffer)
        if (!same) t.fail(`${kind}, box ${box.join(' ')}: ${got[i]}`)
      }
    }
  })
}

withJpeg('pictures of any size', async (t) => {
  const files: Record<string, Uint8Array> = {}
  const wide = await sharp(bytesOf(jpegs[0] as (typeof jpegs)[0]))
    .resize(400, 300, { fit: 'fill' })
    .png()
    .toBuffer()
  const random = new KeyedRandom({ seed: 1, epoch: 0, purpose: 'sample', index: 0 })
  const sizes: [number, number][] = []
  for (let i = 0; i < 60; i++) {
    const limit = i < 20 ? 40 : 400
    const [width, height] = [1 + random.integer(limit), 1 + random.integer(Math.min(limit, 300))]
    sizes.push([width, height])
    files[`a/${String(i).padStart(2, '0')}.jpg`] = await sharp(wide)
      .extract({ left: 0, top: 0, width, height })
      .jpeg({ chromaSubsampling: i % 3 === 0 ? '4:4:4' : '4:2:0', progressive: i % 4 === 0 })
      .toBuffer()
  }
  const { fromFiles, fromPack } = await packedOf(files)
  for (const [i, [width, height]] of sizes.entries()) {
    const [file, entry] = [fromFiles[i] as string, fromPack[i] as (typeof fromPack)[0]]
    for (const box of boxesOf(width, height, 20)) {
      const [expected] = await crops([file], box)
      const [got] = await crops([entry], box)
      const same = Buffer.isBuffer(expected) && expected.equals(got as Buffer)
      if (!same) t.fail(`${width} x ${height}, box ${box.join(' ')}: ${got}`)
    }
  }
  t.pass()
})
