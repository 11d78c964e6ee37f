// Memory of JavaScript as tensors, and values of tensors in JavaScript.

import { types } from 'node:util'
import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

type Resizable = ArrayBuffer & { resize(bytes: number): void }
const resizable = (): Resizable =>
  new (ArrayBuffer as unknown as new (n: number, o: object) => Resizable)(8, { maxByteLength: 16 })

test('typed arrays are shared by fromTypedArray and copied by tensor', (t) => {
  const array = new Float32Array([1, 2, 3, 4])
  const shared = torch.fromTypedArray(array, [2, 2])
  const copy = torch.tensor(array)
  array[0] = 9
  t.is(shared.index([0, 0]).item(), 9)
  t.is(copy.index(0).item(), 1)
  shared.add_(1)
  t.deepEqual([...array], [10, 3, 4, 5])
  t.throws(() => torch.fromTypedArray(array, [3]), { instanceOf: RangeError })
  t.throws(() => torch.fromTypedArray([1, 2] as never), { instanceOf: TypeError })
})

test('a part of a Buffer is shared where it lies', (t) => {
  const buffer = Buffer.from([0, 1, 2, 3, 4, 5])
  const part = torch.fromTypedArray(buffer.subarray(2, 5))
  t.is(part.dtype, 'uint8')
  part.mul_(10)
  t.deepEqual([...buffer], [0, 1, 20, 30, 40, 5])
})

test('bytes of any dtype, at any offset, from a DataView too', (t) => {
  const bytes = new Uint8Array(9)
  const view = new DataView(bytes.buffer, 1)
  view.setFloat32(0, 1.5, true)
  t.is(torch.fromBuffer(bytes, 'float32', { byteOffset: 1, shape: [] }).item(), 1.5)
  t.deepEqual(torch.fromBuffer(view, 'float32').toArray(), [1.5, 0])
  t.is(torch.fromBuffer(bytes.buffer, 'int8').numel(), 9)
  t.throws(() => torch.fromBuffer(bytes, 'float32', { shape: [3] }), { instanceOf: RangeError })
  t.throws(() => torch.fromBuffer(bytes, 'float32', { byteOffset: 10 }), { instanceOf: RangeError })
  t.throws(() => torch.fromBuffer(bytes, 'int5000' as never), { instanceOf: TypeError })
  t.throws(() => torch.fromTypedArray(view as never), {
    message: 'fromTypedArray: expected a typed array or a Buffer for array, got a DataView',
  })
})

test('shared, resizable and frozen memory is copied', (t) => {
  const threads = new Float32Array(new SharedArrayBuffer(8))
  const copy = torch.fromTypedArray(threads)
  threads[0] = 5
  t.deepEqual(copy.toArray(), [0, 0])
  const buffer = resizable()
  const bytes = torch.fromBuffer(buffer, 'int8')
  buffer.resize(0)
  t.deepEqual(bytes.shape, [8])
  t.deepEqual(bytes.sum().item(), 0)
})

test('a buffer that a tensor shares refuses to be detached', (t) => {
  const array = new Float32Array([1, 2])
  const shared = torch.fromTypedArray(array)
  try {
    // Node.js 20 copies it instead.
    structuredClone(array.buffer, { transfer: [array.buffer] })
  } catch (error) {
    t.is((error as Error).name, 'DataCloneError')
  }
  t.is(array.length, 2)
  const { transfer } = array.buffer as { transfer?: () => void }
  if (transfer !== undefined) {
    t.throws(() => transfer.call(array.buffer), { message: /a tensor shares the memory/ })
    const frozen = Object.freeze(new ArrayBuffer(8))
    const copy = torch.fromBuffer(frozen, 'int64')
    new BigInt64Array(frozen)[0] = 1n
    t.deepEqual(copy.toArray(), [0])
  }
  t.deepEqual(shared.toArray(), [1, 2])
})

test('a detached buffer is refused', (t) => {
  const array = new Float32Array([1, 2])
  structuredClone(array.buffer, { transfer: [array.buffer] })
  const message = /: expected a buffer that has not been detached for (array|bytes|data), got a/
  t.throws(() => torch.fromTypedArray(array), { instanceOf: TypeError, message })
  t.throws(() => torch.fromTypedArray(array, [2]), { instanceOf: TypeError, message })
  t.throws(() => torch.fromBuffer(array.buffer, 'int8'), { instanceOf: TypeError, message })
  t.throws(() => torch.tensor(array), { instanceOf: TypeError, message })
  t.deepEqual(torch.fromTypedArray(new Float32Array(0)).shape, [0])
})

test('values leave as numbers, typed arrays, bytes and JSON', (t) => {
  t.is(torch.tensor(1.5).item(), 1.5)
  t.is(torch.tensor(true).item(), true)
  t.deepEqual(torch.tensor({ re: 1, im: -2 }).item(), { re: 1, im: -2 })
  const big = torch.tensor([2n ** 60n])
  t.throws(() => big.item(), { message: /itemBigInt/ })
  t.is(big.itemBigInt(), 2n ** 60n)
  t.throws(() => big.toArray(), { message: /toTypedArray/ })
  t.throws(() => torch.tensor([1, 2]).item(), { name: 'TorchError' })
  t.deepEqual(torch.tensor([1, 2]).to('bfloat16').toTypedArray(), new Float32Array([1, 2]))
  t.deepEqual(torch.arange(6).view(2, 3).t().toArray(), [
    [0, 3],
    [1, 4],
    [2, 5],
  ])
  t.deepEqual([...torch.tensor([1], { dtype: 'int16' }).toBytes()], [1, 0])
  const x = torch.tensor([[1, 2.5]])
  t.is(JSON.stringify({ x, empty: torch.zeros([2, 0]) }), '{"x":[[1,2.5]],"empty":[[],[]]}')
})

test('the typed array of each dtype', (t) => {
  const arrays = {
    float32: types.isFloat32Array,
    float64: types.isFloat64Array,
    float16: types.isFloat32Array,
    int8: types.isInt8Array,
    int16: types.isInt16Array,
    int32: types.isInt32Array,
    int64: types.isBigInt64Array,
    uint8: types.isUint8Array,
    uint16: types.isUint16Array,
    uint32: types.isUint32Array,
    uint64: types.isBigUint64Array,
    bool: types.isUint8Array,
    complex64: types.isFloat32Array,
    complex128: types.isFloat64Array,
  } as const
  for (const [dtype, isOne] of Object.entries(arrays)) {
    const array = torch.ones([2], { dtype: dtype as keyof typeof arrays }).toTypedArray()
    t.true(isOne(array), dtype)
    t.is(array.length, dtype.startsWith('complex') ? 4 : 2, dtype)
  }
})

test('tensors among the data give their values and their dtype', (t) => {
  const x = torch.tensor([torch.tensor(1.5), torch.tensor([2]).sum()])
  t.is(x.dtype, 'float32')
  t.deepEqual(x.toArray(), [1.5, 2])
  const big = torch.tensor([torch.tensor([2n ** 62n, 1n]), [0n, 3]])
  t.is(big.dtype, 'int64')
  t.deepEqual(big.toTypedArray(), new BigInt64Array([2n ** 62n, 1n, 0n, 3n]))
  t.is(torch.tensor([torch.tensor(1, { dtype: 'float64' })]).dtype, 'float64')
  const mixed = [torch.tensor(1n), torch.tensor(1.5)]
  t.throws(() => torch.tensor(mixed), {
    message: 'tensor: the tensors in data are int64, float32; give a dtype for the result',
  })
  t.deepEqual(torch.tensor(mixed, { dtype: 'float64' }).toArray(), [1, 1.5])
  t.throws(() => torch.tensor([torch.ones([2]), torch.ones([3])]), { instanceOf: RangeError })
  const twice: unknown[] = [torch.ones([])]
  twice.push(twice, twice)
  t.throws(() => torch.tensor(twice as never), { instanceOf: RangeError })
})
