// One overload of an operator: binds JavaScript arguments to its schema, calls it, wraps its results.

import { checkBoolean, show } from '../check.js'
import { type NativeOperator, native, type TensorHandle } from '../native.js'
import { camelCase } from './camel.js'
import { checkReshaping, computing } from './computing.js'
import { type Argument, expectation, putArgument } from './encode.js'
import { FACTORY_OPTIONS } from './factory-out.js'
import {
  begin,
  checkUndisturbed,
  cursor,
  end,
  frame,
  put,
  slots,
  Tag,
  takenSlots,
} from './frame.js'
import { NUMBERS_AS_TENSORS, RESHAPING } from './ops.generated.js'
import { access } from './tensor-access.js'
import { DTYPES } from './types.js'

/** Words in front of the arguments in the frame: the operator, and how many of its arguments are written. */
const FRAME_START = 2

type Explain = (overload: Overload, argument: Argument | undefined, value: unknown) => string

/** Why the last `bind` failed; put into words only once no overload takes the arguments. */
const refused: { explain: Explain; argument: Argument | undefined; value: unknown } = {
  explain: () => '',
  argument: undefined,
  value: undefined,
}

function refuse(explain: Explain, argument?: Argument, value?: unknown): false {
  refused.explain = explain
  refused.argument = argument
  refused.value = value
  return false
}

const tooMany: Explain = (overload, _, count) =>
  `expected at most ${overload.positional} positional arguments, got ${count}`
const missing: Explain = (_, argument) => `the argument ${argument?.camelName} is missing`
const wrongType: Explain = (_, argument, value) =>
  `expected ${expectation(argument as Argument)} for ${argument?.camelName}, got ${show(value)}`
const unknownOption: Explain = (overload, _, key) =>
  `unknown option ${show(key)}; the options are ${overload.options.join(', ')}`
const givenTwice: Explain = () => 'an argument was given both by position and by name'

/** Values of the arguments that the call now being bound writes to, by position. */
let written: unknown[] | undefined

/** Lets go of everything that the last call has used, which would stay alive until the next. */
export function release(): void {
  end()
  written = undefined
  refused.value = undefined
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
  /** Writes to an argument. */
  readonly #writes: boolean
  readonly #self: number
  /** How many arguments have no default, counted up to the last of them. */
  readonly #required: number
  /** How many arguments can be given by position. */
  readonly positional: number
  /** Makes the result of the only value that native code returns. */
  readonly #single: ((raw: unknown) => unknown) | undefined

  constructor(id: number, qualifiedName: string, method: boolean) {
    this.id = id
    this.#operator = native.describeOperator(id)
    this.name = qualifiedName.replace(/^.*::/, '').replace(/\..*$/, '')
    const numberFriendly = NUMBERS_AS_TENSORS.has(this.name)
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
    this.isFactory = FACTORY_OPTIONS.every((name) =>
      this.#arguments.some((argument) => argument.camelName === name),
    )
    this.#reshapes = RESHAPING.has(this.name) || this.#arguments.some((argument) => argument.out)
    this.takesOut = this.#arguments.some((argument) => argument.out)
    const positional = this.#arguments.filter(
      (argument, i) => !argument.keywordOnly && !argument.out && i !== this.#self,
    )
    this.positional = positional.length
    this.#writes = this.#arguments.some((argument) => argument.written)
    this.#required = this.#arguments.findLastIndex((argument) => !argument.hasDefault) + 1
    const [only, ...others] = this.#operator.returns
    if (only !== undefined && others.length === 0 && only.argument < 0) {
      this.#single =
        only.kind === 'Tensor' && !only.list ? wrapTensor : (raw) => wrap(only.kind, raw)
    }
    const [first] = positional
    this.varargs =
      positional.length === 1 && first?.list === true && first.kind === 'int' && !first.optional
  }

  /** Names of the arguments that options can give. */
  get options(): string[] {
    const names = this.#arguments.filter((_, i) => i !== this.#self)
    return names.map((argument) => (argument.out ? 'out' : argument.camelName))
  }

  /** The schema, without the namespace. */
  get signature(): string {
    return this.#operator.schema.replace(/^aten::/, '')
  }

  /** Writes the arguments into the call frame; false if this overload does not take them. */
  bind(
    self: unknown,
    values: readonly unknown[],
    count: number,
    keywords: Keywords | undefined,
  ): boolean {
    const list = this.varargs && count > 0 && !Array.isArray(values[0]) && values[0] !== null
    if (count > this.positional && !list) return refuse(tooMany, undefined, count)
    const call = begin(FRAME_START)
    const all = this.#arguments
    if (this.#writes) written = new Array(all.length)
    let position = 0
    let used = 0
    let outs = 0
    let given = 0
    let givenCursor = FRAME_START
    for (let i = 0; i < all.length; i++) {
      const argument = all[i] as Argument
      let value: unknown
      if (i === this.#self) {
        value = self
      } else if (keywords === undefined && position === count && i >= this.#required) {
        break // nothing but defaults from here on
      } else if (argument.out) {
        const out = keywords?.out
        value = Array.isArray(out) ? out[outs] : out
        if (outs++ === 0) used++
      } else if (!argument.keywordOnly && position < count) {
        if (list) {
          value = count === values.length ? values : values.slice(0, count)
          position = count
        } else {
          value = values[position++]
        }
      } else if (keywords !== undefined && Object.hasOwn(keywords, argument.camelName)) {
        value = keywords[argument.camelName]
        used++
      }
      if (value === undefined) {
        if (!argument.hasDefault) return refuse(missing, argument)
        put(Tag.Default)
        continue
      }
      if (!putArgument(argument, value)) return refuse(wrongType, argument, value)
      if (argument.written) (written as unknown[])[i] = value
      given = i + 1
      givenCursor = cursor.at
    }
    if (keywords !== undefined && used !== this.#keywordCount(keywords)) {
      return this.#refuseKeyword(keywords)
    }
    checkUndisturbed(call)
    frame[0] = this.id
    frame[1] = given
    cursor.at = givenCursor
    return true
  }

  /** Why the last `bind`, of this overload, failed. */
  explain(): string {
    return refused.explain(this, refused.argument, refused.value)
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
    return unknown !== undefined ? refuse(unknownOption, undefined, unknown) : refuse(givenTwice)
  }

  /** Runs the operator with the frame that `bind` has written. */
  call(keywords: Keywords | undefined): unknown {
    // Taken now: hooks that run during the call may make calls of their own.
    const changed = written
    if (computing.jobs !== 0 && changed !== undefined && this.#reshapes) {
      checkReshaping(this.name, changed)
    }
    const raw = this.#run()
    const result = this.#single !== undefined ? this.#single(raw) : this.#results(raw, changed)
    if (changed !== undefined && this.#reshapes) access.reshaped()
    const requiresGrad = keywords?.requiresGrad
    if (
      this.isFactory &&
      requiresGrad !== undefined &&
      checkBoolean(this.name, 'requiresGrad', requiresGrad)
    ) {
      native.setRequiresGrad(access.handleOf(result) as TensorHandle, true)
    }
    return result
  }

  #results(raw: unknown, changed: readonly unknown[] | undefined): unknown {
    const only = this.#operator.returns[0]
    if (only === undefined) return undefined
    if (this.#operator.returns.length > 1) return this.#tuple(raw as unknown[], changed)
    return changed?.[only.argument]
  }

  #run(): unknown {
    switch (cursor.slots) {
      case 0:
        return native.callOperator()
      case 1:
        return native.callOperator(slots[0])
      case 2:
        return native.callOperator(slots[0], slots[1])
      case 3:
        return native.callOperator(slots[0], slots[1], slots[2])
      default:
        return native.callOperator(...takenSlots())
    }
  }

  /** An array whose elements also have the names that the schema gives them. */
  #tuple(raw: unknown[], changed: readonly unknown[] | undefined): unknown {
    const tuple = this.#operator.returns.map((spec, i) =>
      spec.argument >= 0 ? changed?.[spec.argument] : wrap(spec.kind, raw[i]),
    )
    this.#operator.returns.forEach((spec, i) => {
      if (spec.name !== '') {
        Object.defineProperty(tuple, camelCase(spec.name), { value: tuple[i] })
      }
    })
    return tuple
  }
}

const wrapTensor = (raw: unknown): unknown =>
  raw === null ? null : access.wrap(raw as TensorHandle)

function wrap(kind: string, raw: unknown): unknown {
  if (kind === 'ScalarType') return DTYPES[raw as number]
  if (kind !== 'Tensor') return raw
  return Array.isArray(raw) ? raw.map(wrapTensor) : wrapTensor(raw)
}
