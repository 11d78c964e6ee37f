// One overload of an operator: binds JavaScript arguments to its schema, calls it, wraps its results.

import { checkBoolean, show } from '../check.js'
import { type NativeOperator, native, type TensorHandle } from '../native.js'
import { camelCase } from './camel.js'
import { type Argument, expectation, putArgument } from './encode.js'
import { begin, checkUndisturbed, cursor, end, frame, put, slots, Tag } from './frame.js'
import { access } from './tensor-access.js'
import { DTYPES } from './types.js'

/** Functions whose Tensor arguments also take a number, as in PyTorch. */
const NUMBER_FRIENDLY =
  /^(add|sub|mul|div|true_divide|floor_divide|divide|multiply|subtract|copy)_?$/

/** In-place operators that leave a tensor with another shape. */
const RESHAPING =
  /^(resize|resize_as|resize_as_sparse|sparse_resize|sparse_resize_and_clear|squeeze|unsqueeze|t|transpose|swapaxes|swapdims|set|as_strided)_$/

const NOTHING: readonly unknown[] = []

const FACTORY = ['dtype', 'layout', 'device', 'pin_memory']

/** Why the last `bind` failed, as "expected ..., got ...". */
export let refusal = ''

function refuse(text: string): false {
  refusal = text
  return false
}

/** Values of the arguments that the call now being bound writes to, by position. */
const written: unknown[] = []

/** Lets go of everything that the last call has used, which would stay alive until the next. */
export function release(): void {
  end()
  written.length = 0
}

/** The keyword arguments of a call. */
export type Keywords = Record<string, unknown>

export class Overload {
  readonly id: number
  /** Bare name, `add`. */
  readonly name: string
  /** Takes any number of integers in place of one array: `view(2, 3)`. */
  readonly varargs: boolean
  /** Makes a new tensor from `dtype`, `device` …: takes `requiresGrad` too. */
  readonly isFactory: boolean
  readonly takesOut: boolean
  readonly #arguments: readonly Argument[]
  readonly #operator: NativeOperator
  /** May change the shape or the dtype of a tensor that it writes to. */
  readonly #reshapes: boolean
  readonly #self: number
  readonly #positional: number

  constructor(id: number, qualifiedName: string, method: boolean) {
    this.id = id
    this.#operator = native.describeOperator(id)
    this.name = qualifiedName.replace(/^.*::/, '').replace(/\..*$/, '')
    const numberFriendly = NUMBER_FRIENDLY.test(this.name)
    this.#arguments = this.#operator.arguments.map((argument) => ({
      ...argument,
      camelName: camelCase(argument.name === 'self' && !method ? 'input' : argument.name),
      numberFriendly:
        numberFriendly &&
        argument.kind === 'Tensor' &&
        !argument.out &&
        !argument.written &&
        !(method && argument.name === 'self'),
    }))
    const names = this.#arguments.map((argument) => argument.name)
    this.#self = method ? names.indexOf('self') : -1
    this.isFactory = FACTORY.every((name) => names.includes(name))
    this.#reshapes = RESHAPING.test(this.name) || this.#arguments.some((argument) => argument.out)
    this.takesOut = this.#arguments.some((argument) => argument.out)
    const positional = this.#arguments.filter(
      (argument, i) => !argument.keywordOnly && !argument.out && i !== this.#self,
    )
    this.#positional = positional.length
    const [first] = positional
    this.varargs =
      positional.length === 1 && first?.list === true && first.kind === 'int' && !first.optional
  }

  /** The schema, without the namespace. */
  get signature(): string {
    return this.#operator.schema.replace(/^aten::/, '')
  }

  /**
   * Writes the arguments into the call frame; false if this overload does not take them, `refusal` then
   * says why.
   */
  bind(
    self: unknown,
    values: readonly unknown[],
    count: number,
    keywords: Keywords | undefined,
  ): boolean {
    if (count > this.#positional) {
      if (!this.varargs || Array.isArray(values[0])) {
        return refuse(`expected at most ${this.#positional} positional arguments, got ${count}`)
      }
    }
    const list = this.varargs && count > 0 && !Array.isArray(values[0]) && values[0] !== null
    const call = begin(1)
    written.length = 0
    let position = 0
    let used = 0
    let outs = 0
    let given = 0
    let givenCursor = 1
    const all = this.#arguments
    for (let i = 0; i < all.length; i++) {
      const argument = all[i] as Argument
      let value: unknown
      if (i === this.#self) {
        value = self
      } else if (argument.out) {
        const out = keywords?.out
        value = Array.isArray(out) ? out[outs] : out
        if (outs++ === 0) used++
      } else if (!argument.keywordOnly && position < count) {
        value = list ? values.slice(0, count) : values[position]
        position++
      } else if (keywords !== undefined && Object.hasOwn(keywords, argument.camelName)) {
        value = keywords[argument.camelName]
        used++
      }
      if (value === undefined) {
        if (!argument.hasDefault) return refuse(`the argument ${argument.camelName} is missing`)
        put(Tag.Default)
        continue
      }
      if (!putArgument(argument, value)) {
        return refuse(
          `expected ${expectation(argument)} for ${argument.camelName}, got ${show(value)}`,
        )
      }
      if (argument.written) written[i] = value
      given = i + 1
      givenCursor = cursor.at
    }
    if (keywords !== undefined && used !== this.#keywordCount(keywords)) {
      return this.#refuseKeyword(keywords)
    }
    checkUndisturbed(call)
    frame[0] = given
    cursor.at = givenCursor
    return true
  }

  #keywordCount(keywords: Keywords): number {
    let count = 0
    for (const key of Object.keys(keywords)) {
      if (keywords[key] === undefined && !this.#knows(key)) continue
      if (!(this.isFactory && key === 'requiresGrad')) count++
    }
    return count
  }

  #knows(key: string): boolean {
    return this.#arguments.some((argument) => argument.camelName === key)
  }

  #refuseKeyword(keywords: Keywords): false {
    const unknown = Object.keys(keywords).find((key) => !this.#knows(key) && key !== 'out')
    if (unknown !== undefined) return refuse(`unknown option ${show(unknown)}`)
    return refuse('an argument was given both by position and by name')
  }

  /** Runs the operator with the frame that `bind` has written. */
  call(keywords: Keywords | undefined): unknown {
    // Copied: hooks that run during the call may make calls of their own.
    const changed = written.length === 0 ? NOTHING : written.slice()
    const result = this.#results(this.#run(), changed)
    if (
      this.isFactory &&
      checkBoolean(this.name, 'requiresGrad', keywords?.requiresGrad ?? false)
    ) {
      native.setRequiresGrad(access.handleOf(result) as TensorHandle, true)
    }
    return result
  }

  #results(raw: unknown, changed: readonly unknown[]): unknown {
    if (changed.length > 0 && this.#reshapes) access.reshaped()
    const { returns } = this.#operator
    const only = returns[0]
    if (only === undefined) return undefined
    if (returns.length > 1) return this.#tuple(raw as unknown[], changed)
    return only.argument >= 0 ? changed[only.argument] : wrap(only.kind, raw)
  }

  #run(): unknown {
    switch (slots.length) {
      case 0:
        return native.callOperator(this.id)
      case 1:
        return native.callOperator(this.id, slots[0])
      case 2:
        return native.callOperator(this.id, slots[0], slots[1])
      case 3:
        return native.callOperator(this.id, slots[0], slots[1], slots[2])
      default:
        return native.callOperator(this.id, ...slots)
    }
  }

  /** An array whose elements also have the names that the schema gives them. */
  #tuple(raw: unknown[], changed: readonly unknown[]): unknown {
    const tuple = this.#operator.returns.map((spec, i) =>
      spec.argument >= 0 ? changed[spec.argument] : wrap(spec.kind, raw[i]),
    )
    this.#operator.returns.forEach((spec, i) => {
      if (spec.name !== '') {
        Object.defineProperty(tuple, camelCase(spec.name), { value: tuple[i] })
      }
    })
    return tuple
  }
}

function wrap(kind: string, raw: unknown): unknown {
  if (kind === 'ScalarType') return DTYPES[raw as number]
  if (kind !== 'Tensor') return raw
  if (Array.isArray(raw)) return raw.map((element) => wrap(kind, element))
  return raw === null ? null : access.wrap(raw as TensorHandle)
}
