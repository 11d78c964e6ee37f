// Functions by name: each tries its overloads in PyTorch's order and calls the first that takes the arguments.

import { show } from '../check.js'
import { native } from '../native.js'
import { isKeywords } from './arguments.js'
import { onDefaultDevice } from './default-device.js'
import { callFactoryOut } from './factory-out.js'
import { type Keywords, Overload, release } from './overload.js'
import { task } from './task.js'

/** Looks an operator up by its full name, `aten::add.Tensor`; undefined where this libtorch lacks it. */
export function findOverload(qualifiedName: string, method: boolean): Overload | undefined {
  const dot = qualifiedName.indexOf('.', qualifiedName.indexOf('::'))
  const name = dot < 0 ? qualifiedName : qualifiedName.slice(0, dot)
  const id = native.findOperator(name, dot < 0 ? '' : qualifiedName.slice(dot + 1))
  return id < 0 ? undefined : new Overload(id, qualifiedName, method)
}

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
    // Options that are handed on without having been given are undefined.
    let count = values.length
    while (count > 0 && values[count - 1] === undefined) count--
    const last = count > 0 ? values[count - 1] : undefined
    if (!isKeywords(last)) return this.#first(this.#overloads, self, values, count, undefined)
    count--
    if (last.out === undefined || last.out === null) {
      return this.#first(this.#overloads, self, values, count, last)
    }
    return this.#overloads[0]?.isFactory
      ? callFactoryOut(this.name, last, (rest) =>
          this.#first(this.#outs, self, values, count, rest),
        )
      : this.#first(this.#outs, self, values, count, last)
  }

  /** Calls the first candidate that takes the arguments. */
  #first(
    candidates: readonly Overload[],
    self: unknown,
    values: readonly unknown[],
    count: number,
    keywords: Keywords | undefined,
  ): unknown {
    try {
      for (let i = 0; i < candidates.length; i++) {
        const overload = candidates[i] as Overload
        if (overload.bind(self, values, count, keywords)) return overload.call(keywords)
      }
      throw this.#refusal(candidates, values)
    } finally {
      release()
    }
  }

  #refusal(candidates: readonly Overload[], values: readonly unknown[]): TypeError {
    const [first, ...others] = candidates
    if (first === undefined) return new TypeError(`${this.name}: takes no out argument`)
    if (others.length === 0) return new TypeError(`${this.name}: ${first.explain()}`)
    const signatures = candidates.map((overload) => `\n  ${overload.signature}`).join('')
    const got = values.map((value) => show(value)).join(', ')
    return new TypeError(`${this.name}: no overload takes (${got}); there are:${signatures}`)
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
  return onDefaultDevice(candidates, (...values) => set.invoke(undefined, values))
}
