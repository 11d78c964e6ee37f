// What the functions of nn.functional have in common: how they take their arguments, and typed operators.

import { fail, isPlainObject } from '../../check.js'
import { bindArguments } from '../../torch/arguments.js'
import { makeFunction } from '../../torch/dispatch.js'
import { FloatNumber } from '../../torch/float.js'
import { checkTensor } from '../../torch/functions/check.js'
import type { Tensor } from '../../torch/tensor.js'
import type { Int } from '../../torch/types.js'

export { checkTensor }

type WithOptions<Positions extends readonly unknown[], Options> = Positions extends readonly [
  ...infer Head,
  unknown,
]
  ? [...Positions, options: Partial<Options>] | WithOptions<Head, Options>
  : [options: Options]

/**
 * What may follow the tensors of a call: `Positions` in order, any tail of them left out, or given by name in a
 * last plain object instead, which may also hold what goes by name only.
 */
export type Rest<Options extends object, Positions extends readonly unknown[] = []> =
  | Positions
  | WithOptions<Required<Positions>, Options>

/**
 * The values of the arguments called `names`, by position or from the last plain object; undefined where not given.
 *
 * @param positional how many of the names may go by position; all unless said otherwise
 * @throws TypeError for an unknown name, for an argument given twice, and for too many
 */
export function read<Values extends readonly unknown[]>(
  where: string,
  names: readonly string[],
  rest: readonly unknown[],
  positional = names.length,
): Partial<Values> {
  const byPosition = rest.length <= positional && !isPlainObject(rest[rest.length - 1])
  if (byPosition) return rest as Partial<Values>
  const given = bindArguments(where, rest, names.slice(0, positional), names.slice(positional))
  return names.map((name) => given[name]) as readonly unknown[] as Partial<Values>
}

/** The operators `candidates` (as in the tables of ops.generated.ts) as a function whose errors say `where`. */
export const operator = <F extends (...values: never[]) => unknown>(
  where: string,
  candidates: string,
): F => makeFunction(where, candidates) as unknown as F

/** A number, infinite ones and NaN included, else TypeError. */
export function checkFloat(where: string, param: string, given: unknown): number {
  const value = given instanceof FloatNumber ? given.value : given
  if (typeof value !== 'number') fail(where, param, 'a number', value)
  return value
}

/** One integer for every dimension, or one for each. */
export type Sizes = Int | readonly Int[]

/** True if two shapes are equal. */
export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, d) => size === b[d])

/** A shape for an error message: `[2, 3]`. */
export const shapeText = (shape: readonly number[]): string => `[${shape.join(', ')}]`

/** A tensor of the input's shape, else TypeError or RangeError. */
export function checkInputShape(where: string, param: string, value: unknown, input: Tensor): void {
  const { shape } = checkTensor(where, param, value)
  if (sameShape(shape, input.shape)) return
  throw new RangeError(
    `${where}: expected the input's shape ${shapeText(input.shape)} for ${param}, got ${shapeText(shape)}`,
  )
}
