import type { SeededRandom } from './random.js'

/** Numbers at which readers go wrong. */
const EDGES = [
  0n,
  1n,
  0x7fn,
  0x80n,
  0xffn,
  0xffffn,
  0x7fff_ffffn,
  0x8000_0000n,
  0xffff_ffffn,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 62n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
]

type Mutation = (bytes: Buffer, random: SeededRandom, other: Buffer) => Buffer

const replace = (bytes: Buffer, start: number, end: number, by: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, start), by, bytes.subarray(end)])

/** A range of at most 64 bytes, or now and then of any length. */
function range(bytes: Buffer, random: SeededRandom): [number, number] {
  const start = random.below(bytes.length + 1)
  const limit = random.below(8) === 0 ? bytes.length : 64
  return [start, Math.min(bytes.length, start + random.below(limit + 1))]
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.below(bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8))
    return bytes
  },
  function setByte(bytes, random) {
    bytes[random.below(bytes.length)] = random.below(256)
    return bytes
  },
  function setEdge(bytes, random) {
    const width = random.pick([1, 2, 4, 8])
    const at = random.below(Math.max(bytes.length - width, 1))
    const value = BigInt.asUintN(8 * width, random.pick(EDGES))
    for (let i = 0; i < width && at + i < bytes.length; i++) {
      bytes[at + i] = Number((value >> BigInt(8 * i)) & 0xffn)
    }
    return bytes
  },
  function changeDigit(bytes, random) {
    const at = bytes.findIndex(
      (byte, i) => i >= random.below(bytes.length) && byte >= 48 && byte <= 57,
    )
    if (at >= 0) bytes[at] = 48 + random.below(10)
    return bytes
  },
  function remove(bytes, random) {
    const [start, end] = range(bytes, random)
    return replace(bytes, start, end, new Uint8Array(0))
  },
  function repeat(bytes, random) {
    const [start, end] = range(bytes, random)
    return replace(bytes, end, end, bytes.subarray(start, end))
  },
  function move(bytes, random) {
    const [start, end] = range(bytes, random)
    const piece = Buffer.from(bytes.subarray(start, end))
    const rest = replace(bytes, start, end, new Uint8Array(0))
    const at = random.below(rest.length + 1)
    return replace(rest, at, at, piece)
  },
  function insert(bytes, random) {
    const at = random.below(bytes.length + 1)
    const noise = Buffer.from(Array.from({ length: 1 + random.below(16) }, () => random.below(256)))
    return replace(bytes, at, at, noise)
  },
  function cut(bytes, random) {
    return bytes.subarray(0, random.below(bytes.length + 1))
  },
  function graft(bytes, random, other) {
    const [start, end] = range(bytes, random)
    const [otherStart, otherEnd] = range(other, random)
    return replace(bytes, start, end, other.subarray(otherStart, otherEnd))
  },
]

/** A changed copy of `bytes`: one to four mutations, some of which take pieces of `other`. */
export function mutate(bytes: Uint8Array, random: SeededRandom, other: Buffer): Buffer {
  let changed: Buffer = Buffer.from(bytes)
  for (let count = 1 + random.below(4); count > 0 && changed.length > 0; count--) {
    changed = random.pick(MUTATIONS)(changed, random, other)
  }
  return changed
}
