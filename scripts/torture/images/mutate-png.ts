import { crc32, deflateSync, inflateSync } from 'node:zlib'
import { mutate } from '../mutate.js'
import type { SeededRandom } from '../random.js'

const SIGNATURE = 8
/** Bytes of a chunk besides its data: length, name, checksum. */
const AROUND = 12

interface Chunk {
  readonly name: string
  readonly data: Buffer
}

function chunksOf(png: Buffer): Chunk[] {
  const chunks: Chunk[] = []
  for (let at = SIGNATURE; at + AROUND <= png.length; ) {
    const length = png.readUInt32BE(at)
    const name = png.toString('latin1', at + 4, at + 8)
    chunks.push({ name, data: png.subarray(at + 8, at + 8 + length) })
    at += AROUND + length
  }
  return chunks
}

function encode({ name, data }: Chunk): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data])
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** Damage to what is compressed, which decompresses all the same. */
function damageRows(data: Buffer, random: SeededRandom, other: Buffer): Buffer {
  try {
    return deflateSync(mutate(inflateSync(data), random, other))
  } catch {
    return mutate(data, random, other)
  }
}

/** A PNG file with changed chunks, whose checksums are right: damage that these do not show. */
export function mutatePng(png: Buffer, random: SeededRandom, other: Buffer): Buffer {
  const chunks = chunksOf(png)
  for (let count = 1 + random.below(3); count > 0; count--) {
    const at = random.below(chunks.length)
    const chunk = chunks[at]
    if (chunk === undefined) break
    const { name, data } = chunk
    const change = random.below(6)
    if (change === 0) chunks.splice(at, 1)
    else if (change === 1) chunks.splice(random.below(chunks.length + 1), 0, chunk)
    else if (change === 2) chunks.splice(at, 1, { name: random.pick(chunks).name, data })
    else if (name === 'IDAT') chunks.splice(at, 1, { name, data: damageRows(data, random, other) })
    else chunks.splice(at, 1, { name, data: mutate(data, random, other) })
  }
  return Buffer.concat([png.subarray(0, SIGNATURE), ...chunks.map(encode)])
}
