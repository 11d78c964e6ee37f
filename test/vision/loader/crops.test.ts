// A crop that is decoded alone has the pixels that it has in the whole picture.

import { createHash } from 'node:crypto'
import { join } from 'node:path'
import test from 'ava'
import { KeyedRandom } from '../../../lib/data/random.js'
import { native } from '../../../lib/native.js'
import { golden } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { type Box, bytesOf, crops, folderOf, type JpegFile } from '../pack/support.js'

expectNoLiveTensors(test)

const run = native.decodesJpeg() ? test : test.skip
const { files } = golden<{ files: readonly (JpegFile & { sha256: string })[] }>('jpegs')
/** Together with 30 files more than 5,000 crops. */
const BOXES = 180

/** The bytes of a box, channel by channel, of all of them. */
function cut(whole: Buffer, { width, height }: JpegFile, [top, left, rows, columns]: Box): Buffer {
  const box = Buffer.alloc(3 * rows * columns)
  for (let row = 0; row < 3 * rows; row++) {
    const channel = Math.floor(row / rows)
    const from = (channel * height + top + (row % rows)) * width + left
    whole.copy(box, row * columns, from, from + columns)
  }
  return box
}

/** Pixel by pixel, of channel by channel. */
function interleaved(planes: Buffer): Buffer {
  const pixels = planes.length / 3
  return Buffer.from(planes.map((_, i) => planes[(i % 3) * pixels + Math.floor(i / 3)] as number))
}

const sizes = [...new Set(files.map(({ width, height }) => `${width} x ${height}`))]
for (const [i, size] of sizes.entries()) {
  run(`${BOXES} boxes of each kind of file of ${size} pixels`, async (t) => {
    const same = files.filter(({ width, height }) => `${width} x ${height}` === size)
    const { width, height } = same[0] as JpegFile
    const root = await folderOf(
      Object.fromEntries(same.map((file, at) => [`${at}.jpg`, bytesOf(file)])),
    )
    const paths = same.map((_, at) => join(root, `${at}.jpg`))
    const wholes = (await crops(paths, [0, 0, height, width])) as Buffer[]
    for (const [at, whole] of wholes.entries()) {
      const sha256 = createHash('sha256').update(interleaved(whole)).digest('hex')
      t.is(same[at]?.sha256, sha256, same[at]?.kind)
    }

    const random = new KeyedRandom({ seed: 5, epoch: 0, purpose: 'sample', index: i })
    for (let n = 0; n < BOXES; n++) {
      const rows = 1 + random.integer(height)
      const columns = 1 + random.integer(width)
      const top = random.integer(height - rows + 1)
      const left = random.integer(width - columns + 1)
      const box: Box = [top, left, rows, columns]
      for (const [at, part] of (await crops(paths, box)).entries()) {
        const file = same[at] as JpegFile
        const right = cut(wholes[at] as Buffer, file, box)
        if (!right.equals(part as Buffer)) t.fail(`${file.kind}, box ${box.join(', ')}`)
      }
    }
  })
}
