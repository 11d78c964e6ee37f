// Numbers that type promotion takes for floating-point ones.

import { fail } from '../check.js'
import { FloatNumber } from '../float-number.js'

export { FloatNumber }

/**
 * A number that counts as floating-point in type promotion, as Python's `2.0` does. A plain integral number counts as
 * an integer.
 *
 * @example intTensor.mul(2) // stays an integer tensor; intTensor.mul(float(2)) is float32
 * @throws TypeError for anything but a number
 */
export function float(value: number): FloatNumber {
  if (typeof value !== 'number') fail('float', 'value', 'a number', value)
  return new FloatNumber(value)
}
