import type { TensorDescriptor } from './descriptor.js'
import { itemSize } from './dtypes.js'
import { type Range, type Run, runsOf } from './slice-ranges.js'
import type { ByteSource } from './source.js'

/** Runs that lie closer than this are read with what is between them: that is cheaper than another call. */
const GAP = 1 << 14
/** Bytes read at once where runs are small. */
const WINDOW = 1 << 20

/** Reads part of a contiguous tensor of a file, and hardly more. */
export async function readPart(
  source: ByteSource,
  { storage, dtype, shape }: TensorDescriptor,
  ranges: readonly Range[],
): Promise<ArrayBuffer> {
  const width = itemSize(dtype)
  const count = ranges.reduce((product, { length }) => product * length, 1)
  const target = new Uint8Array(count * width)
  let filled = 0
  for (const group of together(runsOf(shape, ranges), width)) {
    const first = group[0] as Run
    const last = group.at(-1) as Run
    const begin = storage.offset + first.start * width
    if (group.length === 1) {
      await source.readInto(target.subarray(filled, filled + first.length * width), begin)
      filled += first.length * width
      continue
    }
    const window = new Uint8Array((last.start + last.length - first.start) * width)
    await source.readInto(window, begin)
    for (const { start, length } of group) {
      const from = (start - first.start) * width
      target.set(window.subarray(from, from + length * width), filled)
      filled += length * width
    }
  }
  return target.buffer
}

/** Neighbouring runs that are best read at once. */
function* together(runs: Iterable<Run>, width: number): Generator<Run[]> {
  let group: Run[] = []
  for (const run of runs) {
    const first = group[0]
    const last = group.at(-1)
    const isFar =
      first !== undefined &&
      last !== undefined &&
      ((run.start - last.start - last.length) * width > GAP ||
        (run.start + run.length - first.start) * width > WINDOW)
    if (isFar) {
      yield group
      group = []
    }
    group.push(run)
  }
  if (group.length > 0) yield group
}
