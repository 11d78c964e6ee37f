import { isPlainObject, show } from '../check.js'
import { dtypeOfArray, type TypedArray } from '../torch/create.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import { type Pair, pair } from './pair.js'

/** What {@link defaultCollate} makes of samples of type `T`. */
export type Collated<T> = T extends Tensor | number | bigint | boolean | TypedArray
  ? Tensor
  : T extends string
    ? string[]
    : T extends readonly [infer X, infer Y]
      ? Pair<Collated<X>, Collated<Y>>
      : T extends readonly unknown[]
        ? { -readonly [K in keyof T]: Collated<T[K]> }
        : T extends { readonly x: infer X; readonly y: infer Y }
          ? Exclude<keyof T, 'x' | 'y'> extends never
            ? Pair<Collated<X>, Collated<Y>>
            : { [K in keyof T]: Collated<T[K]> }
          : T extends object
            ? { [K in keyof T]: Collated<T[K]> }
            : never

/**
 * Puts samples into one batch (PyTorch's `default_collate`, R torch's default `collate_fn`):
 *
 * - tensors and typed arrays are stacked along a new first dimension;
 * - numbers become an int64 tensor when all of them are integers, else float32; bigints int64;
 *   booleans bool;
 * - strings stay an array of strings;
 * - arrays and plain objects are collated element by element; two elements, or exactly the keys
 *   `x` and `y`, give a {@link Pair}.
 *
 * A regression target that may by chance be integral belongs into a `Float32Array` or a tensor:
 * those keep their type.
 *
 * @throws TypeError or RangeError that names the place in the sample (such as `sample[1].mask`) and
 *   the position in the batch of the sample that does not go with the first.
 */
export function defaultCollate<T>(samples: readonly T[]): Collated<T> {
  if (samples.length === 0)
    throw new RangeError('defaultCollate: expected at least one sample, got 0')
  return collate(samples, 'sample') as Collated<T>
}

type Kind = 'tensor' | 'number' | 'bigint' | 'boolean' | 'string' | 'bytes' | 'array' | 'object'

function kindOf(value: unknown): Kind | undefined {
  if (value instanceof Tensor) return 'tensor'
  if (Array.isArray(value)) return 'array'
  if (dtypeOfArray(value) !== undefined) return 'bytes'
  if (isPlainObject(value)) return 'object'
  const type = typeof value
  const scalar = type === 'number' || type === 'bigint' || type === 'boolean' || type === 'string'
  return scalar ? type : undefined
}

function collate(values: readonly unknown[], place: string): unknown {
  const kind = kindOf(values[0])
  if (kind === undefined) {
    throw new TypeError(
      `defaultCollate: expected a tensor, number, boolean, string, typed array, array or plain object for ${place}, got ${show(values[0])}`,
    )
  }
  values.forEach((value, position) => {
    if (kindOf(value) !== kind) {
      throw new TypeError(
        `defaultCollate: ${place} is ${show(values[0])} in the first sample of the batch but ${show(value)} in number ${position}`,
      )
    }
  })
  switch (kind) {
    case 'tensor':
      return stack(values as Tensor[], place)
    case 'bytes':
      return torch.scope(() =>
        stack(
          (values as TypedArray[]).map((array) => torch.fromTypedArray(array)),
          place,
        ),
      )
    case 'number':
      return torch.tensor(values as number[], {
        dtype: values.every(Number.isInteger) ? 'int64' : 'float32',
      })
    case 'bigint':
      return torch.fromTypedArray(BigInt64Array.from(values as bigint[]))
    case 'boolean':
      return torch.tensor(values as boolean[], { dtype: 'bool' })
    case 'string':
      return [...values]
    case 'array':
      return collateArrays(values as unknown[][], place)
    case 'object':
      return collateObjects(values as Record<string, unknown>[], place)
  }
}

function stack(tensors: readonly Tensor[], place: string): Tensor {
  const first = tensors[0] as Tensor
  tensors.forEach((tensor, position) => {
    const sameShape =
      tensor.shape.length === first.shape.length &&
      tensor.shape.every((size, axis) => size === first.shape[axis])
    if (!sameShape || tensor.dtype !== first.dtype) {
      throw new RangeError(
        `defaultCollate: ${place} is ${describe(first)} in the first sample of the batch but ${describe(tensor)} in number ${position}; samples of one batch must agree`,
      )
    }
  })
  return torch.stack([...tensors])
}

const describe = (tensor: Tensor): string => `${tensor.dtype} [${tensor.shape.join(', ')}]`

function collateArrays(values: readonly unknown[][], place: string): unknown {
  const { length } = values[0] as unknown[]
  values.forEach((value, position) => {
    if (value.length !== length) {
      throw new RangeError(
        `defaultCollate: ${place} has ${length} elements in the first sample of the batch but ${value.length} in number ${position}`,
      )
    }
  })
  const columns = Array.from({ length }, (_, column) =>
    collate(
      values.map((value) => value[column]),
      `${place}[${column}]`,
    ),
  )
  return length === 2 ? pair(columns[0], columns[1]) : columns
}

function collateObjects(values: readonly Record<string, unknown>[], place: string): unknown {
  const keys = Object.keys(values[0] as object)
  values.forEach((value, position) => {
    const own = Object.keys(value)
    if (own.length !== keys.length || !keys.every((key) => Object.hasOwn(value, key))) {
      throw new TypeError(
        `defaultCollate: ${place} has the keys ${keys.join(', ')} in the first sample of the batch but ${own.join(', ')} in number ${position}`,
      )
    }
  })
  const columns = Object.fromEntries(
    keys.map((key) => [
      key,
      collate(
        values.map((value) => value[key]),
        `${place}.${key}`,
      ),
    ]),
  )
  const isPair = keys.length === 2 && Object.hasOwn(columns, 'x') && Object.hasOwn(columns, 'y')
  return isPair ? pair(columns.x, columns.y) : columns
}
