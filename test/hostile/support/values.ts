// Values that no function expects. Made anew for each call, since some change while they are read.

import { nn } from '../../../lib/index.js'
import { torch } from '../../../lib/torch/index.js'
import { slice } from '../../../lib/torch/indexing.js'
import { Tensor } from '../../../lib/torch/tensor.js'

export interface HostileValue {
  readonly name: string
  /** `victim` is another argument of the same call. */
  make(victim: Tensor): unknown
}

const mine = (): never => {
  throw new Error('thrown by a hostile value')
}

function nested(depth: number): unknown[] {
  let array: unknown[] = []
  for (let i = 0; i < depth; i++) array = [array]
  return array
}

function containsItself(): unknown[] {
  const array: unknown[] = []
  array.push(array)
  return array
}

/** An array that is empty once its first element has been read. */
function shrinking(): unknown[] {
  const array = [1, 2, 3, 4]
  Object.defineProperty(array, 0, {
    get() {
      array.length = 0
      return 1
    },
  })
  return array
}

function detached(): Float32Array {
  const array = new Float32Array(4)
  structuredClone(array.buffer, { transfer: [array.buffer] })
  return array
}

type Resizable = ArrayBuffer & { resize(bytes: number): void }
const resizable = (): Resizable =>
  new (ArrayBuffer as unknown as new (n: number, o: object) => Resizable)(16, { maxByteLength: 64 })

function shrunk(): Float32Array {
  const buffer = resizable()
  const array = new Float32Array(buffer, 8, 2)
  buffer.resize(4)
  return array
}

const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const disposed = (): Tensor => {
  const tensor = torch.ones([2])
  tensor.dispose()
  return tensor
}

const plain = (name: string, value: unknown): HostileValue => ({ name, make: () => value })
const made = (name: string, make: (victim: Tensor) => unknown): HostileValue => ({ name, make })
const long = 'x'.repeat(16 << 20)

export const HOSTILE: readonly HostileValue[] = [
  ...[undefined, null, true, false, '', 'a', 'a\0b', '\ud800', -0, 0.5, -1, 1e308].map((value) =>
    plain(`${typeof value} ${JSON.stringify(value)}`, value),
  ),
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((value) =>
    plain(String(value), value),
  ),
  ...[2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2].map((value) => plain(`number ${value}`, value)),
  ...[2n ** 63n - 1n, 2n ** 64n, -(2n ** 63n) - 1n].map((value) => plain(`${value}n`, value)),
  plain('a string of 16 MB', long),
  plain('a symbol', Symbol('hostile')),

  made('{}', () => ({})),
  made('an object without a prototype', () => Object.create(null)),
  made('a function', () => () => 1),
  made('a function that throws', () => mine),
  made('a class', () => class Hostile {}),
  made('a Date', () => new Date(0)),
  made('a Map', () => new Map([[1, 2]])),
  made('an Error', () => new Error('a value')),
  made('a frozen object', () => Object.freeze({ dim: 0 })),
  made('a Promise', () => Promise.resolve(1)),
  made('a thenable', () => ({
    // biome-ignore lint/suspicious/noThenProperty: what is tested
    then: (resolve: (value: number) => void) => resolve(1),
  })),
  made('a value whose conversions throw', () => ({
    valueOf: mine,
    toString: mine,
    [Symbol.toPrimitive]: mine,
  })),
  made('options whose getters throw', () => ({
    get dim() {
      return mine()
    },
  })),
  made('options whose getters dispose the other argument', (victim) => ({
    get dim() {
      victim.dispose()
      return 0
    },
    get dtype() {
      victim.dispose()
      return 'float32'
    },
  })),
  made('options whose getters call operators', (victim) => ({
    get dim() {
      victim.add(1)
      return 0
    },
  })),
  made('an object whose every property is a trap', () => new Proxy({}, { get: mine, has: mine })),

  made('[]', () => []),
  // biome-ignore lint/suspicious/noSparseArray: what is tested
  made('a sparse array', () => [1, , 3]),
  made('a ragged array', () => [[1, 2], [3]]),
  made('an array 10,000 deep', () => nested(10_000)),
  made('an array that contains itself', containsItself),
  made('an array-like of a billion', () => ({
    length: 1e9,
    get 0() {
      return mine()
    },
  })),
  made('an iterable that throws midway', () => ({
    *[Symbol.iterator]() {
      yield 1
      mine()
    },
  })),
  made('an array that shrinks while it is read', shrinking),
  made('an array with a throwing getter', () =>
    Object.defineProperty([1, 2], 1, { get: mine, enumerable: true }),
  ),
  made('sizes whose product overflows', () => [2 ** 31, 2 ** 31, 2 ** 31]),
  made('sizes with two -1', () => [-1, -1]),
  made('an array that disposes the other argument', (victim) =>
    Object.defineProperty([1, 1], 0, {
      get() {
        victim.dispose()
        return 1
      },
    }),
  ),

  made('a Proxy of a tensor', (victim) => new Proxy(victim, {})),
  made('a revoked Proxy', revoked),
  made('Object.create(tensor)', (victim) => Object.create(victim)),
  made('Object.create(Tensor.prototype)', () => Object.create(Tensor.prototype)),
  made('a module with the prototype of Tensor', () =>
    Object.setPrototypeOf(nn.identity(), Tensor.prototype),
  ),
  made('a module', () => nn.linear(2, 2)),

  made('a detached typed array', detached),
  made('a detached ArrayBuffer', () => detached().buffer),
  made('a shrunk typed array', shrunk),
  made('a growable shared buffer', () => new Uint8Array(new SharedArrayBuffer(8))),
  made('a BigInt64Array', () => new BigInt64Array(4)),
  made('a Uint8ClampedArray', () => new Uint8ClampedArray(4)),
  made('a DataView', () => new DataView(new ArrayBuffer(8))),
  made('a misaligned Buffer', () => Buffer.alloc(17).subarray(1)),
  made('an empty typed array', () => new Float32Array(0)),

  made('a disposed tensor', disposed),
  made('the other argument, disposed', (victim) => {
    victim.dispose()
    return victim
  }),
  made('the other argument itself', (victim) => victim),
  made('an overlapping view of the other argument', (victim) => victim.index([slice(1)])),
  made('out: an overlapping view', (victim) => ({ out: victim.index([slice(0, 1)]) })),
  made('an expanded tensor', () => torch.ones([1]).expand([2, 2])),
  made('an empty tensor', () => torch.ones([0])),
  made('a tensor of 20 dimensions', () => torch.ones(Array.from({ length: 20 }, () => 1))),
  made('an int64 tensor out of range', () => torch.tensor([2n ** 62n, -5n])),
  made('a complex tensor', () => torch.tensor({ re: 1, im: 2 })),
  made('a bool tensor', () => torch.tensor([true, false])),
  made('a meta tensor', () => torch.ones([2, 2], { device: 'meta' })),
  made('a sparse tensor', () => torch.eye(2).toSparse()),
  made('a list of tensors', (victim) => [victim, victim]),
  made('a list of tensors and holes', (victim) => [victim, null, undefined]),
]
