import { isPlainObject, show } from '../check.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import { pair } from './pair.js'

/**
 * Puts batches of one form together: row r of all of them, one after the other, comes to `places[r]`.
 * Tensors are joined along their first dimension, arrays and plain objects of tensors part by part;
 * other arrays, such as those of strings, hold one element for each sample.
 *
 * @throws TypeError for batches of other forms
 */
export function joinBatches<B>(batches: readonly B[], places: readonly number[]): B {
  // What comes from one data set is in the order asked for.
  if (batches.length === 1) return batches[0] as B
  return join(batches, places) as B
}

function join(batches: readonly unknown[], places: readonly number[]): unknown {
  const [first] = batches
  if (batches.every((batch) => batch instanceof Tensor)) return joinTensors(batches, places)
  if (batches.every((batch) => Array.isArray(batch))) return joinArrays(batches, places)
  if (batches.every(isPlainObject)) {
    const keys = Object.keys(first as object)
    return Object.fromEntries(
      keys.map((key) => [
        key,
        join(
          batches.map((batch) => batch[key]),
          places,
        ),
      ]),
    )
  }
  throw new TypeError(
    `concat: batches of the data sets cannot be put together: expected tensors, arrays or plain objects of them, got ${batches.map(show).join(' and ')}`,
  )
}

function joinTensors(parts: readonly Tensor[], places: readonly number[]): Tensor {
  return torch.scope(() => {
    const rows = torch.cat([...parts])
    const order = new BigInt64Array(places.length)
    places.forEach((place, row) => {
      order[place] = BigInt(row)
    })
    return rows.indexSelect(0, torch.fromTypedArray(order).to(rows.device))
  })
}

function joinArrays(parts: readonly unknown[][], places: readonly number[]): unknown {
  const [first] = parts
  const isStructured = first?.some((part) => typeof part === 'object' && part !== null)
  if (first === undefined || isStructured !== true) {
    const samples: unknown[] = []
    parts.flat().forEach((sample, row) => {
      samples[places[row] as number] = sample
    })
    return samples
  }
  const columns = first.map((_, column) =>
    join(
      parts.map((part) => part[column]),
      places,
    ),
  )
  return columns.length === 2 ? pair(columns[0], columns[1]) : columns
}
