import { fail, show } from '../check.js'
import { OP } from './pickle-opcodes.js'
import { PickleOutput } from './pickle-output.js'
import { OrderedDict } from './values.js'

/** A tensor as the pickle describes it. */
export interface PickledTensor {
  readonly storage: PickledStorage
  readonly dtype: string
  readonly offset: number
  readonly shape: readonly number[]
  readonly stride: readonly number[]
  readonly requiresGrad: boolean
}

/** A storage as the pickle refers to it. */
export interface PickledStorage {
  readonly key: string
  readonly byteLength: number
  /** Its class and length, where all tensors on it agree about the element type. */
  readonly typed?: { readonly className: string; readonly numel: number }
}

/** Python writes lists and dicts in pieces of this many items; so do we. */
const BATCH = 1000

/**
 * Writes a value as a pickle of protocol 2 that `torch.load(weights_only=True)` accepts. `tensorOf` tells
 * which objects are tensors. Values that occur twice, and cycles of lists and dicts, are kept as such.
 *
 * @throws TypeError that names the place of a value that cannot be written
 */
export function pickle(
  where: string,
  root: unknown,
  tensorOf: (value: object) => PickledTensor | undefined,
): Uint8Array {
  return new Pickler(where, tensorOf).run(root)
}

/** Where a value was found, for messages: a chain that costs nothing until it is shown. */
interface Place {
  readonly parent: Place | undefined
  readonly key: unknown
}

/** Yields the values inside, each with its place, which are written before it goes on. */
type Parts = Generator<{ value: unknown; at: Place }, void>

const STEPS_SHOWN = 12

function placeName(place: Place): string {
  const keys: unknown[] = []
  let at: Place | undefined = place
  for (; at?.parent !== undefined && keys.length < STEPS_SHOWN; at = at.parent) keys.unshift(at.key)
  return `${at?.parent === undefined ? 'value' : '...'}${keys.map((key) => `[${show(key)}]`).join('')}`
}

class Pickler {
  private readonly out = new PickleOutput()
  /** Tuples whose items are being written; one inside itself could not be read back. */
  private readonly open = new Set<object>()

  constructor(
    private readonly where: string,
    private readonly tensorOf: (value: object) => PickledTensor | undefined,
  ) {}

  run(root: unknown): Uint8Array {
    const { out } = this
    out.op(OP.PROTO).byte(2)
    const pending: Parts[] = []
    const begin = (value: unknown, at: Place): void => {
      const parts = this.write(value, at)
      if (parts !== undefined) pending.push(parts)
    }
    begin(root, { parent: undefined, key: undefined })
    for (let parts = pending.at(-1); parts !== undefined; parts = pending.at(-1)) {
      const next = parts.next()
      if (next.done === true) pending.pop()
      else begin(next.value.value, next.value.at)
    }
    out.op(OP.STOP)
    return out.bytes
  }

  /** Writes a simple value; for one that holds others, returns what writes it. */
  private write(value: unknown, at: Place): Parts | undefined {
    const { out } = this
    switch (typeof value) {
      case 'boolean':
        out.op(value ? OP.NEWTRUE : OP.NEWFALSE)
        return undefined
      case 'number':
        out.number(value)
        return undefined
      case 'bigint':
        if (!out.integer(value))
          fail(this.where, placeName(at), 'an integer of at most 255 bytes', value)
        return undefined
      case 'string':
        if (!out.text(value)) fail(this.where, placeName(at), 'a string of whole characters', value)
        return undefined
      case 'object':
        if (value !== null) return this.writeObject(value, at)
        out.op(OP.NONE)
        return undefined
      default:
        return this.refuse(value, at)
    }
  }

  private refuse(value: unknown, at: Place): never {
    fail(
      this.where,
      placeName(at),
      'null, a boolean, number, bigint, string, Uint8Array, Tensor, array, Map, Set or plain object',
      value,
    )
  }

  private writeObject(value: object, at: Place): Parts | undefined {
    if (this.out.recall(value)) return undefined
    const tensor = this.tensorOf(value)
    if (tensor !== undefined) {
      this.writeTensor(tensor)
      this.out.remember(value)
      return undefined
    }
    if (value instanceof Uint8Array) {
      this.writeBytes(value)
      this.out.remember(value)
      return undefined
    }
    if (Array.isArray(value))
      return Object.isFrozen(value) ? this.tuple(value, at) : this.list(value, at)
    if (value instanceof OrderedDict) return this.orderedDict(value, at)
    if (value instanceof Map) return this.dict(value, [...value], at)
    if (value instanceof Set) return this.set(value, at)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype !== Object.prototype && prototype !== null) this.refuse(value, at)
    return this.dict(value, Object.entries(value), at)
  }

  private *list(list: readonly unknown[], at: Place): Parts {
    this.out.op(OP.EMPTY_LIST).remember(list)
    yield* this.batches(list, 1, OP.APPENDS, at)
  }

  private *tuple(tuple: readonly unknown[], at: Place): Parts {
    if (this.open.has(tuple))
      fail(this.where, placeName(at), 'a frozen array that does not contain itself', tuple)
    this.open.add(tuple)
    this.out.op(tuple.length === 0 ? OP.EMPTY_TUPLE : OP.MARK)
    for (let i = 0; i < tuple.length; i++) yield { value: tuple[i], at: { parent: at, key: i } }
    if (tuple.length > 0) this.out.op(OP.TUPLE)
    this.out.remember(tuple)
    this.open.delete(tuple)
  }

  private *dict(dict: object, entries: [unknown, unknown][], at: Place): Parts {
    this.out.op(OP.EMPTY_DICT).remember(dict)
    yield* this.items(entries, at)
  }

  private *orderedDict(dict: OrderedDict<unknown>, at: Place): Parts {
    this.out.global('collections', 'OrderedDict').op(OP.EMPTY_TUPLE, OP.REDUCE).remember(dict)
    yield* this.items([...dict], at)
    if (dict.metadata === undefined) return
    this.out.op(OP.EMPTY_DICT)
    this.out.text('_metadata')
    yield { value: dict.metadata, at: { parent: at, key: 'metadata' } }
    this.out.op(OP.SETITEM, OP.BUILD)
  }

  private *set(set: ReadonlySet<unknown>, at: Place): Parts {
    // Python 2 called the module so, and protocol 2 keeps the name.
    this.out.global('__builtin__', 'set').op(OP.EMPTY_LIST)
    this.checkKeys(set, at)
    yield* this.batches([...set], 1, OP.APPENDS, at)
    this.out.op(OP.TUPLE1, OP.REDUCE).remember(set)
  }

  private items(entries: readonly [unknown, unknown][], at: Place): Parts {
    this.checkKeys(
      entries.map(([key]) => key),
      at,
    )
    return this.batches(entries.flat(1), 2, OP.SETITEMS, at)
  }

  /** Python keeps no lists, dicts and sets as keys. */
  private checkKeys(keys: Iterable<unknown>, at: Place): void {
    for (const key of keys) {
      if (typeof key !== 'object' || key === null) continue
      if (!Array.isArray(key) || !Object.isFrozen(key)) {
        fail(this.where, placeName(at), 'keys that are simple values or frozen arrays', key)
      }
      this.checkKeys(key, at)
    }
  }

  /** Items in pieces that each end in `opcode`; an entry of a dict is two. */
  private *batches(values: readonly unknown[], width: 1 | 2, opcode: number, at: Place): Parts {
    for (let i = 0; i < values.length; i++) {
      if (i % (width * BATCH) === 0) this.out.op(OP.MARK)
      const key = width === 1 ? i : values[i - (i % 2)]
      yield { value: values[i], at: { parent: at, key } }
      if ((i + 1) % (width * BATCH) === 0 || i + 1 === values.length) this.out.op(opcode)
    }
  }

  /** Protocol 2 has no bytes: Python calls `_codecs.encode(text, 'latin1')`. */
  private writeBytes(bytes: Uint8Array): void {
    const { out } = this
    out.global('_codecs', 'encode')
    out.text(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1'))
    out.text('latin1')
    out.op(OP.TUPLE2, OP.REDUCE)
  }

  private writeTensor({
    storage,
    dtype,
    offset,
    shape,
    stride,
    requiresGrad,
  }: PickledTensor): void {
    const { out } = this
    const { typed } = storage
    out.global('torch._utils', typed === undefined ? '_rebuild_tensor_v3' : '_rebuild_tensor_v2')
    out.op(OP.MARK, OP.MARK)
    out.text('storage')
    if (typed === undefined) out.global('torch.storage', 'UntypedStorage')
    else out.global('torch', typed.className)
    out.text(storage.key)
    out.text('cpu')
    out.number(typed?.numel ?? storage.byteLength)
    out.op(OP.TUPLE, OP.BINPERSID)
    out.number(offset)
    this.writeSizes(shape)
    this.writeSizes(stride)
    out.op(requiresGrad ? OP.NEWTRUE : OP.NEWFALSE)
    out.global('collections', 'OrderedDict').op(OP.EMPTY_TUPLE, OP.REDUCE)
    if (typed === undefined) out.global('torch', dtype)
    out.op(OP.TUPLE, OP.REDUCE)
  }

  private writeSizes(sizes: readonly number[]): void {
    this.out.op(OP.MARK)
    for (const size of sizes) this.out.number(size)
    this.out.op(OP.TUPLE)
  }
}
