// A number that is floating-point whatever its value: JavaScript cannot tell 2 from 2.0.

/** What {@link float} makes. */
export class FloatNumber {
  // Private, so that no other object with a value passes for one.
  readonly #value: number

  constructor(value: number) {
    this.#value = value
  }

  get value(): number {
    return this.#value
  }

  valueOf(): number {
    return this.#value
  }
}

/**
 * A number that counts as floating-point in type promotion, as Python's `2.0` does. A plain integral number counts as
 * an integer.
 *
 * @example intTensor.mul(2) // stays an integer tensor; intTensor.mul(float(2)) is float32
 * @throws TypeError for anything but a number
 */
export function float(value: number): FloatNumber {
  if (typeof value !== 'number') {
    throw new TypeError(`float: expected a number for value, got ${typeof value}`)
  }
  return new FloatNumber(value)
}
