// Hand-written functions and members beyond numbers: identity, gradients, views, and what they refuse.

import { runInNewContext } from 'node:vm'
import test from 'ava'
import { float, type Tensor, TorchError, torch } from '../../../lib/index.js'
import { makeFunction } from '../../../lib/torch/dispatch.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

test('asTensor shares what it can', (t) => {
  const x = torch.ones([2, 3])
  t.is(torch.asTensor(x), x)
  t.is(torch.asTensor(x, { dtype: 'float32', device: 'cpu' }), x)
  t.is(torch.asTensor(x, { dtype: 'int32' }).dtype, 'int32')
  const values = new Float32Array([1, 2])
  torch.asTensor(values).fill_(7)
  t.deepEqual([...values], [7, 7])
  torch.asTensor(values, { dtype: 'float64' }).fill_(1)
  t.deepEqual([...values], [7, 7])
  t.deepEqual(torch.asTensor([[1, 2]], { dtype: 'int64' }).shape, [1, 2])
})

test('asarray copies as it is told', (t) => {
  const x = torch.ones([2], { requiresGrad: true })
  t.is(torch.asarray(x, { requiresGrad: true }), x)
  t.false(torch.asarray(x).requiresGrad)
  t.false(torch.asarray(x, { copy: true, requiresGrad: true }).isSetTo(x))
  const values = new Float32Array([1])
  torch.asarray(values, { copy: false }).fill_(2)
  torch.asarray(values, { copy: true }).fill_(3)
  t.deepEqual([...values], [2])
  t.throws(() => torch.asarray([1], { copy: false }), { instanceOf: RangeError })
  t.throws(() => torch.asarray(values, { copy: false, dtype: 'int8' }), { instanceOf: RangeError })
})

test('gradients flow through composed functions', (t) => {
  const x = torch.tensor([[3, 4]], { requiresGrad: true })
  torch.norm(x, 2).backward()
  t.deepEqual(
    (x.grad as Tensor).flatten().toArray(),
    [...torch.tensor([0.6, 0.8]).toTypedArray()].map(Number),
  )
  const y = torch.ones([2, 2], { requiresGrad: true })
  torch.einsum('ij,ij->', y, y).backward()
  t.deepEqual((y.grad as Tensor).toArray(), [
    [2, 2],
    [2, 2],
  ])
})

test('real and imag are views that can be assigned', (t) => {
  const z = torch.zeros([2], { dtype: 'complex64' })
  z.real = 1
  z.imag = torch.tensor([2, 3])
  t.deepEqual(z.toArray(), [
    { re: 1, im: 2 },
    { re: 1, im: 3 },
  ])
  z.real.mul_(5)
  t.deepEqual(z.real.toArray(), [5, 5])
  t.throws(() => torch.ones([1]).imag, { instanceOf: TorchError })
})

test('apply_ and map_ replace elements in place', (t) => {
  const x = torch.arange(6).reshape(2, 3)
  const columns = x.t()
  t.is(
    columns.apply_((value) => (value as number) * 10),
    columns,
  )
  t.deepEqual(x.toArray(), [
    [0, 10, 20],
    [30, 40, 50],
  ])
  x.map_(torch.tensor([1, 2, 3], { dtype: 'int64' }), (a, b) => (a as number) + (b as number))
  t.deepEqual(x.toArray(), [
    [1, 12, 23],
    [31, 42, 53],
  ])
  const z = torch.zeros([1], { dtype: 'complex64' })
  z.map2_(z, z, () => ({ re: 1, im: -1 }))
  t.deepEqual(z.toArray(), [{ re: 1, im: -1 }])
  t.is(
    torch
      .tensor(3)
      .apply_((value) => -(value as number))
      .item(),
    -3,
  )
  t.deepEqual(torch.empty([0, 2]).apply_(() => 1).shape, [0, 2])

  const leaf = torch.ones([1], { requiresGrad: true })
  t.throws(() => leaf.apply_((value) => value), { instanceOf: TorchError, message: /apply_/ })
  t.throws(() => x.map_(torch.ones([3]), (a) => a), { instanceOf: TypeError, message: /int64/ })
  t.throws(() => x.apply_(3 as never), { instanceOf: TypeError, message: /a function for fn/ })
  t.throws(
    () =>
      x.apply_(() => {
        throw new Error('mine')
      }),
    { message: 'mine' },
  )
})

test('newTensor takes dtype and device from its tensor', (t) => {
  const x = torch.ones([1], { dtype: 'float64' })
  t.is(x.newTensor([1, 2]).dtype, 'float64')
  t.is(x.newTensor([1, 2], { dtype: 'int16' }).dtype, 'int16')
  const copy = x.newTensor(x, { requiresGrad: true })
  t.true(copy.requiresGrad)
  copy.detach().fill_(5)
  t.is(x.item(), 1)
})

test('type names or converts', (t) => {
  const x = torch.ones([2, 2])
  t.is(x.type('int64').dtype, 'int64')
  t.is(x.toSparseCoo().type(), 'torch.sparse.FloatTensor')
  t.is(torch.empty([1], { device: 'meta' }).type(), 'torch.meta.FloatTensor')
  t.true(x.isCpu && !x.isCuda && !x.isSparse && !x.isQuantized && !x.isMeta)
  t.true(x.toSparseCoo().isSparse)
  t.true(x.toSparseCsr().isSparseCsr)
  t.true(torch.empty([1], { device: 'meta' }).isMeta)
})

test('results have names', (t) => {
  const x = torch.tensor([2, 1, 2])
  const { output, inverseIndices, counts } = torch.unique(x, {
    returnInverse: true,
    returnCounts: true,
  })
  t.deepEqual(
    [output, inverseIndices, counts].map((one) => one.toArray()),
    [
      [1, 2],
      [1, 0, 1],
      [1, 2],
    ],
  )
  const { u, s, v } = torch.svdLowrank(torch.eye(3), { q: 2 })
  t.deepEqual([u.shape, s.shape, v.shape], [[3, 2], [2], [3, 2]])
})

test('constants are the strings and numbers that PyTorch names', (t) => {
  t.is(torch.float32, 'float32')
  t.is(torch.long, 'int64')
  t.is(torch.channelsLast, 'channels_last')
  t.is(torch.sparseCoo, 'sparse_coo')
  t.is(torch.zeros([1], { dtype: torch.bool }).dtype, 'bool')
  t.deepEqual(torch.ones([2]).index([torch.newaxis]).shape, [1, 2])
  t.is(torch.inf, Number.POSITIVE_INFINITY)
})

test('sparse tensors are made of arrays or tensors, in the dtype of the values', (t) => {
  const dense = [
    [0, 0, 3],
    [4, 0, 0],
  ]
  const coo = torch.sparseCooTensor(
    [
      [0, 1],
      [2, 0],
    ],
    [3, 4],
    [2, 3],
  )
  t.deepEqual(coo.toDense().toArray(), dense)
  t.deepEqual(
    torch.sparseCooTensor(
      [
        [0, 1],
        [2, 0],
      ],
      [3, 4],
    ).shape,
    [2, 3],
  )
  t.deepEqual(torch.sparseCooTensor([2, 3]).shape, [2, 3])
  t.is(torch.sparseCooTensor([2, 3], { dtype: 'int8' }).dtype, 'int8')
  t.is(torch.sparseCooTensor([[0]], [2n], { size: [4] }).dtype, 'int64')
  const csr = torch.sparseCsrTensor(
    [0, 1, 2],
    [2, 0],
    torch.tensor([3, 4], { dtype: 'float64' }),
    [2, 3],
  )
  t.is(csr.dtype, 'float64')
  t.deepEqual(csr.toDense().toArray(), dense)
  const csc = torch.sparseCompressedTensor([0, 1, 1, 2], [1, 0], [4, 3], [2, 3], {
    layout: 'sparse_csc',
    dtype: 'complex64',
  })
  t.is(csc.dtype, 'complex64')
  t.deepEqual(csc.toDense().real.toArray(), dense)
  const values = torch.tensor([5, 6], { requiresGrad: true })
  torch.sparse.sum(torch.sparseCooTensor([[0, 1]], values, [3])).backward()
  t.deepEqual((values.grad as Tensor).toArray(), [1, 1])
})

test('an operator that this libtorch lacks is missed when it is called', (t) => {
  const gone = makeFunction('gone', 'no_such_operator no_such_operator.out')
  t.throws(() => gone(1), { instanceOf: TypeError, message: /gone: libtorch .* no such operator/ })
})

test('float counts as floating-point whatever its value', (t) => {
  const integers = torch.tensor([1, 2], { dtype: 'int32' })
  t.is(integers.mul(2).dtype, 'int32')
  t.is(integers.mul(float(2)).dtype, 'float32')
  t.is(torch.full([1], float(2), { dtype: 'float64' }).item(), 2)
  t.is(torch.resultType(integers, float(2)), 'float32')
  t.throws(() => float('2' as never), { instanceOf: TypeError })
})

test('conversions take a memory format and nothing else', (t) => {
  const x = torch.ones([2, 3, 4, 5])
  t.deepEqual(x.double({ memoryFormat: 'channels_last' }).stride(), [60, 1, 15, 3])
  t.throws(() => x.half({ format: 'channels_last' } as never), { message: /half: unknown option/ })
})

test('a function of several tensors takes them in an array too', (t) => {
  const [a, b] = [torch.ones([2, 2]), torch.ones([1])]
  t.deepEqual(torch.blockDiag([a, b]).shape, torch.blockDiag(a, b).shape)
  t.deepEqual(torch.cartesianProd([b, b]).shape, [1, 2])
  t.deepEqual(torch.einsum('ij,jk', [a, a]).toArray(), torch.mm(a, a).toArray())
  t.deepEqual(
    torch.atleast2d([b, a]).map((one) => one.shape),
    [
      [1, 1],
      [2, 2],
    ],
  )
})

const x = (): Tensor => torch.ones([2, 2])

const REFUSED: [string, () => unknown, RegExp][] = [
  ['norm of a word', () => torch.norm(x(), 'max' as never), /'fro', 'nuc' or a number for p/],
  [
    'norm with a wrong option',
    () => torch.norm(x(), { axis: 1 } as never),
    /unknown option "axis"/,
  ],
  ['norm given twice', () => torch.norm(x(), 1, { p: 2 } as never), /by position and by name/],
  ['norm of a number', () => torch.norm(3 as never), /a Tensor for input, got 3/],
  ['tensordot of too many', () => torch.tensordot(x(), x(), 3), /from 0 to 2 for dims/],
  ['tensordot of one list', () => torch.tensordot(x(), x(), [[1]] as never), /pair of arrays/],
  ['einsum without an equation', () => torch.einsum(1 as never), /a string for equation/],
  ['einsum with a subscript', () => torch.einsum(x(), [0, 99]), /integer from 0 to 51/],
  ['einsum with no tensor', () => torch.einsum('i', [1] as never), /a Tensor for tensors/],
  ['meshgrid', () => torch.meshgrid(x(), { indexing: 'yx' } as never), /one of 'ij', 'xy'/],
  ['broadcastShapes', () => torch.broadcastShapes([2], [3]), /sizes of 1 or 2/],
  ['broadcastShapes of -1', () => torch.broadcastShapes([-1]), /at least 0/],
  ['unravelIndex of floats', () => torch.unravelIndex(x(), [2, 2]), /integer dtype, got float32/],
  ['cdist', () => torch.cdist(x(), x(), { computeMode: 'mm' } as never), /computeMode/],
  ['cdist of p < 0', () => torch.cdist(x(), x(), -1), /at least 0 for p/],
  ['unique', () => torch.unique(x(), { returnInverse: 1 } as never), /a boolean for returnInverse/],
  ['pcaLowrank', () => torch.pcaLowrank(x(), { q: 3 }), /from 0 to 2 for q/],
  ['lobpcg of a small matrix', () => torch.lobpcg(x()), /at least 3 rows for input, got \[2, 2\]/],
  [
    'lobpcg under autograd',
    () => torch.lobpcg(torch.eye(6).requiresGrad_()),
    /no part in autograd/,
  ],
  ['dimOrder', () => x().toSparse().dimOrder(), /strided tensor/],
  [
    'finfo of no dtype',
    () => torch.finfo('constructor' as never),
    /^finfo: .* for dtype, got "con/,
  ],
  [
    'iinfo of a float',
    () => torch.iinfo('float32'),
    /^iinfo: expected an integer dtype .* for dtype/,
  ],
  [
    'a sparse tensor of unknown options',
    () => torch.sparseCsrTensor([0, 1], [0], [1], { shape: [1, 1] } as never),
    /^sparseCsrTensor: unknown option "shape"; the options are size, dtype/,
  ],
]

test('arguments that are handed on without having been given count as absent', (t) => {
  const none = undefined
  t.deepEqual(torch.tensordot(x(), x(), 1, none).toArray(), torch.tensordot(x(), x(), 1).toArray())
  t.deepEqual(torch.tensordot(x(), x(), none, none).item(), 4)
  const coo = torch.sparseCooTensor([[0]], [2], none as never, { dtype: 'float64' })
  t.deepEqual([coo.dtype, coo.shape], ['float64', [1]])
  t.deepEqual(torch.sparseCooTensor([[0]], [2], [3], none).shape, [3])
})

for (const [name, call, message] of REFUSED) {
  test(`${name} is refused`, (t) => {
    t.throws(call, { message })
  })
}

test('options may come from another realm, such as a node:vm context', (t) => {
  const zeros = runInNewContext("torch.zeros([2], { dtype: 'int64' })", { torch }) as Tensor
  t.is(zeros.dtype, 'int64')
  t.throws(() => runInNewContext('torch.zeros([2], new Date())', { torch }), { message: /zeros/ })
})
