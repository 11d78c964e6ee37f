// Functions of the epoch, one for each group, as `lambda` and `multiplicative` take them.

import { checkFunction, checkNumber, fail } from '../check.js'
import type { Groups } from './groups.js'

/** A factor for an epoch, counted from 0. */
export type EpochFunction = (epoch: number) => number

/** One function for all groups, or an array of one for each. */
export function checkFunctions(groups: Groups, given: unknown): EpochFunction[] {
  const { where, count } = groups
  const functions = Array.isArray(given) ? given : new Array(count).fill(given)
  if (functions.length !== count) {
    fail(where, 'lrLambda', `one function, or ${count} (one for each group)`, given)
  }
  for (const fn of functions) checkFunction(where, 'lrLambda', fn)
  return functions
}

/** The functions' values at an epoch. */
export function factorsAt(
  groups: Groups,
  functions: readonly EpochFunction[],
  epoch: number,
): number[] {
  return functions.map((fn) => checkNumber(groups.where, 'the result of lrLambda', fn(epoch)))
}
