// A number that is floating-point whatever its value: JavaScript cannot tell 2 from 2.0.

/** What `float` of lib/torch/float.ts makes. Apart from it, because the checks below every layer must know it. */
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

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `float(${this.#value})`
  }
}
