// Functions by name: each tries its overloads in PyTorch's order and calls the first that takes the arguments.

import { isPlainObject, show } from '../check.js'
import { native } from '../native.js'
import { isComplex } from './encode.js'
import { type Keywords, Overload, refusal, release } from './overload.js'
import { task } from './task.js'

/** Looks an operator up by its full name, `aten::add.Tensor`; undefined where this libtorch lacks it. */
export function findOverload(qualifiedName: string, method: boolean): Overload | undefined {
  const dot = qualifiedName.indexOf('.', qualifiedName.indexOf('::'))
  const name = dot < 0 ? qualifiedName : qualifiedName.slice(0, dot)
  const id = native.findOperator(name, dot < 0 ? '' : qualifiedName.slice(dot + 1))
  return id < 0 ? undefined : new Overload(id, qualifiedName, method)
}

const isKeywords = (value: unknown): value is Keywords =>
  typeof value === 'object' && isPlainObject(value) && !isComplex(value)

/** All overloads behind one public name. */
export class OverloadSet {
  readonly name: string
  readonly #candidates: string
  readonly #method: boolean
  #overloads: Overload[] | undefined
  #outs: Overload[] = []

  /** `candidates` as in the generated tables: `max|max.unary_out max.dim|max.dim_max`. */
  constructor(name: string, candidates: string, method: boolean) {
    this.name = name
    this.#candidates = candidates
    this.#method = method
  }

  #resolve(): Overload[] {
    const found: Overload[] = []
    for (const candidate of this.#candidates.split(' ')) {
      const [base, out] = candidate.split('|')
      const overload = findOverload(qualify(base as string), this.#method)
      if (overload !== undefined) (overload.takesOut ? this.#outs : found).push(overload)
      const withOut = out === undefined ? undefined : findOverload(qualify(out), this.#method)
      if (withOut !== undefined) this.#outs.push(withOut)
    }
    if (found.length === 0 && this.#outs.length === 0) {
      throw new TypeError(
        `${this.name}: libtorch ${native.versions().libtorch} has no such operator`,
      )
    }
    return found
  }

  invoke(self: unknown, values: readonly unknown[]): unknown {
    this.#overloads ??= this.#resolve()
    if (task.active !== 0) task.enter()
    const last = values.length > 0 ? values[values.length - 1] : undefined
    const keywords = isKeywords(last) ? last : undefined
    const count = keywords === undefined ? values.length : values.length - 1
    const candidates =
      keywords?.out === undefined || keywords.out === null ? this.#overloads : this.#outs
    try {
      for (let i = 0; i < candidates.length; i++) {
        const overload = candidates[i] as Overload
        if (overload.bind(self, values, count, keywords)) return overload.call(keywords)
      }
    } finally {
      release()
    }
    throw this.#refusal(candidates, values)
  }

  #refusal(candidates: readonly Overload[], values: readonly unknown[]): TypeError {
    if (candidates.length === 1) return new TypeError(`${this.name}: ${refusal}`)
    const signatures = candidates.map((overload) => `\n  ${overload.signature}`).join('')
    const got = values.map((value) => show(value)).join(', ')
    return new TypeError(
      candidates.length === 0
        ? `${this.name}: takes no out argument`
        : `${this.name}: no overload takes (${got}); there are:${signatures}`,
    )
  }
}

const qualify = (name: string): string => (name.includes('::') ? name : `aten::${name}`)

/** A method of Tensor for one row of the generated table. */
export function makeMethod(name: string, candidates: string): (...values: unknown[]) => unknown {
  const set = new OverloadSet(name, candidates, true)
  return function method(this: unknown, ...values: unknown[]): unknown {
    return set.invoke(this, values)
  }
}

/** A function of a namespace for one row of the generated table. */
export function makeFunction(name: string, candidates: string): (...values: unknown[]) => unknown {
  const set = new OverloadSet(name, candidates, false)
  return (...values: unknown[]) => set.invoke(undefined, values)
}
