import { inspect } from 'node:util'
import test from 'ava'
import { OutOfMemoryError, TensorDisposedError, TorchError } from '../../lib/errors.js'
import { float } from '../../lib/torch/float.js'
import { torch } from '../../lib/torch/index.js'
import { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('nested arrays become float32, booleans bool, bigints int64', (t) => {
  const x = torch.tensor([
    [1, 2.5],
    [3, -4],
  ])
  t.deepEqual(x.shape, [2, 2])
  t.is(x.dtype, 'float32')
  t.is(x.device, 'cpu')
  t.deepEqual(x.toArray(), [
    [1, 2.5],
    [3, -4],
  ])
  t.is(torch.tensor([true, false]).dtype, 'bool')
  t.is(torch.tensor([1n, 2n]).dtype, 'int64')
  t.is(torch.tensor({ re: 1, im: 2 }).dtype, 'complex64')
  t.deepEqual(torch.tensor([]).shape, [0])
  t.deepEqual(torch.tensor([[], []]).shape, [2, 0])
  t.deepEqual(torch.tensor(7).shape, [])
})

test('a dtype decides, and refuses what it cannot hold', (t) => {
  t.deepEqual(torch.tensor([1, 2], { dtype: 'int64' }).toTypedArray(), new BigInt64Array([1n, 2n]))
  t.deepEqual(torch.tensor([1, 2], { dtype: 'uint8' }).toTypedArray(), new Uint8Array([1, 2]))
  t.deepEqual(torch.tensor([0.5], { dtype: 'float16' }).toArray(), [0.5])
  t.deepEqual(torch.tensor([1, 0], { dtype: 'bool' }).toArray(), [true, false])
  t.throws(() => torch.tensor([1.5], { dtype: 'int64' }), { instanceOf: TypeError })
  t.throws(() => torch.tensor([1.5], { dtype: 'int32' }), {
    message: /an integer from -2147483648/,
  })
  t.throws(() => torch.tensor([256], { dtype: 'uint8' }), { instanceOf: RangeError })
  t.throws(() => torch.tensor([2n ** 63n]), { instanceOf: RangeError })
})

test('ragged, deep and odd data are refused by name', (t) => {
  t.throws(() => torch.tensor([[1, 2], [3]]), { message: /array of length 2 at depth 1/ })
  t.throws(() => torch.tensor([1, [2]] as never), { instanceOf: RangeError })
  t.throws(() => torch.tensor('abc' as never), { message: /expected numbers for data/ })
  t.throws(() => torch.tensor(null as never), { instanceOf: TypeError })
  t.throws(() => torch.tensor({} as never), { instanceOf: TypeError })
  const self: unknown[] = []
  self.push(self)
  t.throws(() => torch.tensor(self as never), { message: /at most 64 dimensions/ })
})

test('positional arguments, keywords and varargs', (t) => {
  const x = torch.arange(6).view(2, 3).to('float32')
  t.deepEqual(x.sum(1).toArray(), [3, 12])
  t.deepEqual(x.sum(1, { keepdim: true }).shape, [2, 1])
  t.deepEqual(x.sum({ dim: 0 } as never).toArray(), [3, 5, 7])
  t.deepEqual(x.view(3, 2).shape, [3, 2])
  t.deepEqual(x.view([3, 2]).shape, [3, 2])
  t.deepEqual(x.permute(1, 0).shape, [3, 2])
  t.deepEqual(x.add(x, { alpha: 2 }).toArray(), x.mul(3).toArray())
  t.is(torch.zeros(2, 3, { dtype: 'float64' }).dtype, 'float64')
  t.true(torch.ones([2], { requiresGrad: true }).requiresGrad)
  const { values, indices } = x.max(1)
  const [v, i] = x.max(1)
  t.deepEqual(values.toArray(), v.toArray())
  t.deepEqual(indices.toArray(), i.toArray())
  const out = torch.empty([2, 3])
  t.is(torch.add(x, 1, { out }), out)
  t.deepEqual(out.toArray(), x.add(1).toArray())
  t.is(x.add_(1), x)
  t.deepEqual(torch.cat([x, x]).shape, [4, 3])
  t.deepEqual(torch.sub(1, torch.ones([1])).toArray(), [0])
})

test('full makes floats of numbers, unless a dtype says otherwise', (t) => {
  t.is(torch.full([2], 3).dtype, 'float32')
  t.is(torch.full([2], true).dtype, 'bool')
  t.is(torch.full([2], 3n).dtype, 'int64')
  t.is(torch.full([2], { re: 1, im: 0 }).dtype, 'complex64')
  t.is(torch.full([2], 3, { dtype: 'int32' }).dtype, 'int32')
  t.deepEqual(torch.full([2], 3, { requiresGrad: true }).toArray(), [3, 3])
})

test('scalars promote as in Python', (t) => {
  const int = torch.tensor([1, 2], { dtype: 'int32' })
  t.is(int.mul(2).dtype, 'int32')
  t.is(int.mul(2.5).dtype, 'float32')
  t.is(int.add(true).dtype, 'int32')
  t.is(int.add(2n).dtype, 'int32')
  t.is(torch.ones([1]).mul(-0).div(1).toTypedArray()[0], -0)
})

test('refusals name the function, the argument, what was expected and what came', (t) => {
  const x = torch.ones([2, 2])
  t.throws(() => x.add('a' as never), {
    instanceOf: TypeError,
    message: 'add: expected a Tensor or a number for other, got "a"',
  })
  t.throws(() => x.add(1, { beta: 2 } as never), {
    message: 'add: unknown option "beta"; the options are other, alpha',
  })
  t.throws(() => Reflect.apply(x.add, x, []), { message: 'add: the argument other is missing' })
  t.throws(() => Reflect.apply(x.relu, x, [1]), {
    message: /at most 0 positional arguments, got 1/,
  })
  t.throws(() => x.max('a' as never), {
    message: /no overload takes \("a"\); there are:\n {2}max\(/,
  })
  t.throws(() => x.sum(5), { instanceOf: RangeError, message: /^sum: Dimension out of range/ })
  t.throws(() => x.matmul(torch.ones([3, 3])), { instanceOf: TorchError, message: /2x2 and 3x3/ })
  t.throws(() => x.view(3), { message: /^view: shape '\[3\]' is invalid for input of size 4/ })
  t.throws(() => torch.zeros([2], { device: 'gpu' as never }), { message: /device/i })
  t.throws(() => torch.zeros([2], { dtype: 'float' as never }), { message: /dtype such as/ })
  t.throws(() => x.to('cuda:0'), { instanceOf: Error })
  t.throws(() => torch.empty([2 ** 50]), { name: 'OutOfMemoryError' })
  t.throws(() => torch.linalg.cholesky(torch.zeros([2, 2])), { name: 'LinAlgError' })
  t.throws(() => x.bitwiseAnd(x), { name: 'NotImplementedError' })
})

test('impostors are refused', (t) => {
  const x = torch.ones([1])
  const Constructor = Tensor as unknown as new (...values: unknown[]) => Tensor
  t.throws(() => new Constructor(), { instanceOf: TypeError })
  t.throws(() => (Object.create(Tensor.prototype) as Tensor).shape, { instanceOf: TypeError })
  t.throws(() => (Object.create(x) as Tensor).shape, { instanceOf: TypeError })
  t.throws(() => (new Proxy(x, {}) as Tensor).shape, { instanceOf: TypeError })
  t.throws(() => x.add(Object.create(x)), { instanceOf: TypeError })
  t.throws(() => x.add(new Proxy(x, {})), { instanceOf: TypeError })
  t.throws(() => Reflect.apply(Tensor.prototype.sum, {}, []), { instanceOf: TypeError })
})

test('an argument that runs other operations while it is read is refused', (t) => {
  const x = torch.ones([2])
  const options = {
    get alpha() {
      x.add(1)
      return 2
    },
  }
  t.throws(() => x.add(x, options), { message: /called another tensor operation/ })
})

test('mixed kinds promote, and the default dtype is heeded', (t) => {
  t.deepEqual(torch.tensor([true, 2.5]).toArray(), [1, 2.5])
  t.is(torch.tensor([[true], [5n]]).dtype, 'int64')
  torch.setDefaultDtype('float64')
  t.is(torch.tensor([1.5]).dtype, 'float64')
  t.is(torch.tensor({ re: 1, im: 0 }).dtype, 'complex128')
  torch.setDefaultDtype('float32')
  const large = torch.tensor([2n ** 63n + 1n], { dtype: 'uint64' })
  t.is(large.itemBigInt(), 2n ** 63n + 1n)
  t.throws(() => torch.tensor(3).itemBigInt(), { message: /expected an integer tensor/ })
  t.throws(() => torch.zeros([1], { requiresGrad: 1 } as never), { message: /requiresGrad/ })
})

test('a shape is right after any alias has changed it', (t) => {
  const x = torch.ones([1, 3])
  const y = x.to('float32')
  t.deepEqual(x.shape, [1, 3])
  y.squeeze_()
  t.deepEqual(x.shape, [3])
  x.unsqueeze_(0).t_()
  t.deepEqual(y.shape, [3, 1])
  const out = torch.empty([0])
  t.deepEqual(out.shape, [0])
  torch.add(x, 1, { out })
  t.deepEqual(out.shape, [3, 1])
})

test('devices and dtypes that there are not', (t) => {
  t.throws(() => torch.ones([1], { device: 'gpu' as never }), { message: /a device such as 'cpu'/ })
  t.throws(() => torch.ones([1]).to('flaot32' as never), {
    message: /a dtype, a device, a Tensor or options/,
  })
  if (!torch.cuda.isAvailable()) {
    t.throws(() => torch.ones([1]).to('cuda:0'), { message: /'cuda:0' cannot be used: / })
  }
  t.throws(() => torch.fromBuffer(new Uint8Array(16), 'qint8', { shape: [2] }), {
    instanceOf: TypeError,
  })
})

test('a shared buffer cannot be posted away', (t) => {
  const array = new Float32Array(4)
  const x = torch.fromTypedArray(array)
  try {
    structuredClone(array.buffer, { transfer: [array.buffer] })
  } catch {
    // newer versions of Node refuse, older ones copy
  }
  t.is(array.length, 4)
  t.is(x.sum().item(), 0)
})

test('long lists', (t) => {
  const one = torch.ones([1])
  t.is(torch.cat(new Array(20_000).fill(one)).shape[0], 20_000)
  t.throws(() => torch.cat(new Array(100_000).fill(one)), { message: /too long for one call/ })
})

test('disposed tensors say so', (t) => {
  const x = torch.ones([2])
  const y = x.add(1)
  x.dispose()
  x.dispose()
  t.throws(() => x.add(1), { instanceOf: TensorDisposedError })
  t.throws(() => x.shape, { instanceOf: TensorDisposedError })
  t.throws(() => y.add(x), { instanceOf: TensorDisposedError })
  t.deepEqual(y.toArray(), [2, 2])
  t.is(String(x), 'tensor(<disposed>)')
})

test('raw operators, by their own names', (t) => {
  const raw = (name: string, overload: string) =>
    torch.ops.aten?.[name]?.[overload] as ((...values: unknown[]) => Tensor) | undefined
  t.deepEqual(raw('add', 'Tensor')?.(torch.ones([2]), 1).toArray(), [2, 2])
  t.deepEqual(raw('relu', 'default')?.(torch.tensor([-1, 1])).toArray(), [0, 1])
  t.is(raw('add', 'Nonsense'), undefined)
  t.is(raw('nonsense', 'default'), undefined)
  t.true(torch.listOperators().length > 3000)
})

test('console.log prints the values', (t) => {
  t.is(inspect(torch.tensor([1, 2])), 'tensor([1., 2.])')
})

test('iteration goes over the first dimension', (t) => {
  t.deepEqual(
    [...torch.arange(4).view(2, 2)].map((row) => row.toArray()),
    [
      [0, 1],
      [2, 3],
    ],
  )
  t.throws(() => [...torch.tensor(1)], { instanceOf: TypeError })
})

test('to takes what Python takes', (t) => {
  using x = torch.ones([1, 3, 2, 2])
  t.is(x.to('cpu', 'float64').dtype, 'float64')
  t.is(x.to('int64', false, true).dtype, 'int64')
  t.true(x.to(x, { copy: false }).isSame(x))
  t.false(x.to(x, { copy: true }).isSame(x))
  const last = x.to('float32', { memoryFormat: 'channels_last' })
  t.deepEqual(last.stride(), [12, 1, 6, 3])
  t.is(last.stride(-1), 3)
  t.true(last.isContiguous({ memoryFormat: 'channels_last' }))
  t.false(last.isContiguous())
  t.throws(() => x.to('cpu', { device: 'cpu' } as never), {
    message: /both by position and by name/,
  })
  t.throws(() => x.to('cpu', 'float32', false, false, true as never), { message: /at most 4 pos/ })
  t.throws(() => x.to('float32', { copyy: true } as never), { message: /unknown option "copyy"/ })
})

test('options that are undefined are options not given', (t) => {
  t.deepEqual(torch.zeros([2], undefined).shape, [2])
  t.deepEqual(torch.ones([2, 3]).sum(1, undefined).shape, [2])
})

test('a resize that fails leaves the tensor as it was', (t) => {
  using shared = torch.tensor([1, 2, 3])
  t.throws(() => shared.resize_([100_000]), { instanceOf: TorchError })
  t.deepEqual(shared.shape, [3])
  t.throws(() => torch.add(torch.ones([100]), 1, { out: shared }), { instanceOf: TorchError })
  t.deepEqual(shared.add_(1).toArray(), [2, 3, 4])
  using own = torch.ones([3])
  t.throws(() => own.resize_([1e13]), { instanceOf: OutOfMemoryError })
  t.deepEqual(own.add_(1).toArray(), [2, 2, 2])
})

test('indices of sparse tensors are checked', (t) => {
  const indices = torch.tensor([[0n, 9n]])
  t.throws(() => torch.sparseCooTensor(indices, torch.ones([2]), [2]), { message: /found index/ })
})

test('float(2) is floating-point to promotion', (t) => {
  using x = torch.ones([2], { dtype: 'int64' })
  t.is(x.mul(2).dtype, 'int64')
  t.is(x.mul(float(2)).dtype, 'float32')
  t.deepEqual(torch.tensor([float(2), 3]).toArray(), [2, 3])
  t.throws(() => torch.linspace(0, 1, float(3) as never), { instanceOf: TypeError })
})
