import { fail } from '../../check.js'
import { type Composable, stepsOf } from './steps.js'
import type { RunnableStep } from './transform.js'

/** The steps of each of the parts that a transform chooses from; at least one part. */
export function checkParts(
  name: string,
  parts: readonly Composable[],
): readonly (readonly RunnableStep[])[] {
  const where = `transforms.${name}`
  if (!Array.isArray(parts) || parts.length === 0) {
    fail(where, 'parts', 'an array of at least one transform', parts)
  }
  return parts.map((part) => Object.freeze([...stepsOf(where, 'a part', part)]))
}

/** Whether code of the user's runs in one of the steps. */
export const anyKeeps = (parts: readonly (readonly RunnableStep[])[]): boolean =>
  parts.some((steps) => steps.some((step) => step.keeps))
