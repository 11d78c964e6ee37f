import type { Cursor } from './cursor.js'
import { CheckpointError, quote, refuse } from './error.js'
import { adviceFor, type BuildContext, findGlobal, GlobalReference } from './pickle-globals.js'
import { PickleMemo, PickleStack } from './pickle-stack.js'
import { OrderedDict, PickledObject } from './values.js'

/** Python 2 wrote its own module names into files of protocol 2 and below. */
const PYTHON_2_MODULES: ReadonlyMap<string, string> = new Map([['__builtin__', 'builtins']])

const HIGHEST_PROTOCOL = 5
/** An integer of more bytes is no parameter of any training. */
const LONG_LIMIT = 1024
/**
 * Containers may take a hundred times the bytes that announce them, so that their number is limited.
 * A tensor needs five of them.
 */
const CONTAINER_LIMIT = 1 << 22

/** What a pickle refers to, outside itself. */
export interface PickleHost {
  /** Resolves a persistent id. */
  persistent(id: unknown): unknown
  /** Globals that become a {@link PickledObject} instead of an error. */
  readonly allow: ReadonlySet<string>
}

/**
 * The state of one reading of a pickle, and what its opcodes do that is more than a push or a pop.
 * Not Python's machine: the only functions it can call are ours, from the allow-list in
 * `pickle-globals.ts`. No recursion, and no array larger than the bytes that fill it.
 */
export class PickleMachine implements BuildContext {
  readonly stack = new PickleStack()
  readonly memo = new PickleMemo()
  readonly tuples = new Set<object>()
  /** Tuples that were found to be possible dict keys. */
  private readonly hashable = new Set<object>()
  private containers = 0
  readonly emptyTuple = this.tuple([])

  constructor(
    readonly cursor: Cursor,
    readonly host: PickleHost,
  ) {}

  /** Marks an array as a tuple. */
  tuple(values: unknown[]): unknown[] {
    this.tuples.add(this.counted(values))
    return values
  }

  protocol(number: number): void {
    if (number > HIGHEST_PROTOCOL) refuse(`is a pickle of the unknown protocol ${number}`)
  }

  /** Frames only help readers that fetch ahead. */
  frame(length: bigint): void {
    if (length > BigInt(this.cursor.remaining)) refuse('holds a pickle frame that ends early')
  }

  counted<T>(made: T): T {
    if (++this.containers > CONTAINER_LIMIT) {
      refuse(`holds more than ${CONTAINER_LIMIT} lists, tuples and dicts`)
    }
    return made
  }

  /** A little-endian two's complement integer: a number where it is safe, else a bigint. */
  long(length: number): number | bigint {
    if (length < 0 || length > LONG_LIMIT) refuse(`holds an integer of ${length} bytes`)
    const bytes = this.cursor.bytes(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
    value = BigInt.asIntN(8 * length, value)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  bytes(length: number): Uint8Array {
    return this.counted(new Uint8Array(this.cursor.bytes(length)))
  }

  /** Python's rule: simple values can be keys, and tuples of which all elements can. */
  private isKey(key: unknown): boolean {
    const pending = [key]
    while (pending.length > 0) {
      const value = pending.pop()
      if (typeof value !== 'object' || value === null || this.hashable.has(value)) continue
      if (!Array.isArray(value) || !this.tuples.has(value)) return false
      this.hashable.add(value)
      for (const element of value) pending.push(element)
    }
    return true
  }

  append(values: unknown[]): void {
    const list = this.stack.top()
    if (!Array.isArray(list) || this.tuples.has(list)) {
      refuse('appends to something other than a list')
    }
    for (const value of values) list.push(value)
  }

  setItems(items: unknown[]): void {
    const dict = this.stack.top()
    if (!(dict instanceof Map)) refuse('sets an item of something other than a dict')
    if (items.length % 2 !== 0) refuse('holds a dict key without a value')
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i]
      if (!this.isKey(key)) refuse('holds a dict key that cannot be one')
      dict.set(key, items[i + 1])
    }
  }

  addItems(items: unknown[]): void {
    const set = this.stack.top()
    if (!(set instanceof Set)) refuse('adds to something other than a set')
    for (const item of items) {
      if (!this.isKey(item)) refuse('holds a set element that cannot be one')
      set.add(item)
    }
  }

  global(module: string, name: string): unknown {
    const full = `${PYTHON_2_MODULES.get(module) ?? module}.${name}`
    const known = findGlobal(full)
    if (known !== undefined) return known
    if (this.host.allow.has(full)) return new GlobalReference(full, undefined)
    refuse(`refers to ${quote(full)}, which is not allowed: ${adviceFor(full)}`)
  }

  stackGlobal([module, name]: unknown[]): void {
    if (typeof module !== 'string' || typeof name !== 'string') {
      refuse('names a global by something other than texts')
    }
    this.stack.push(this.global(module, name))
  }

  /** Calls the callable below the argument tuple with it; classes count as callables. */
  reduce([callable, args]: unknown[]): void {
    if (!(callable instanceof GlobalReference)) refuse('calls something that is no function')
    if (!Array.isArray(args) || !this.tuples.has(args)) {
      refuse(`calls ${callable.name} with something other than a tuple`)
    }
    try {
      this.stack.push(this.counted(this.call(callable, args)))
    } catch (error) {
      // Below the callable lies the dict key of the value that is being made.
      const key = this.stack.peek()
      if (!(error instanceof CheckpointError) || typeof key !== 'string') throw error
      refuse(`entry ${quote(key)}: ${error.message}`)
    }
  }

  private call(callable: GlobalReference, args: unknown[]): unknown {
    if (callable.build !== undefined) return callable.build(args, this)
    if (this.host.allow.has(callable.name)) return new PickledObject(callable.name, args)
    refuse(`calls ${callable.name}, which is not a function`)
  }

  build(state: unknown): void {
    const target = this.stack.top()
    if (target instanceof PickledObject) {
      target.state = state
    } else if (target instanceof OrderedDict && state instanceof Map) {
      target.metadata = state.get('_metadata')
    } else {
      refuse('sets the state of something that has none')
    }
  }
}
