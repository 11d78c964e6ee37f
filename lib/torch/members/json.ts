// Tensors in JSON.

import type { Nested, Tensor } from '../tensor.js'
import type { Complex } from '../types.js'

export interface JsonMembers {
  /** What `JSON.stringify` writes: the values as `toArray` gives them; NaN and infinities become null. */
  toJSON(): Nested<number | boolean | Complex>
}

export const jsonMembers: JsonMembers & ThisType<Tensor> = {
  toJSON() {
    return this.toArray()
  },
}
