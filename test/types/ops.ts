// Compiled, never run: the types of tensors and their functions. `tsc --noEmit` fails if a right call is
// refused, or if a wrong one (below `@ts-expect-error`) is not.
import { nn, type Tensor, torch } from '../../lib/index.js'
import type { DType, Scalar, TypedArrayOf } from '../../lib/torch/types.js'

declare const x: Tensor
declare const y: Tensor
declare const dtype: DType
declare const flag: boolean
const F = nn.functional
const { linalg, fft, special } = torch

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

// Positional arguments, then the same ones by keyword.
is<Tensor>().of(x.sum(), true)
is<Tensor>().of(x.sum(1, true), true)
is<Tensor>().of(x.sum(1, { keepdim: true, dtype: 'float64' }), true)
is<Tensor>().of(x.sum({ dim: [0, 1], keepdim: true }), true)
is<Tensor>().of(x.softmax({ dim: -1 }), true)
is<Tensor>().of(torch.cat([x, y], { dim: 1 }), true)
is<Tensor>().of(torch.gather(x, 1, y, { sparseGrad: true }), true)
is<Tensor>().of(F.conv2d(x, y, null, 2, { padding: 'same' }), true)
is<Tensor>().of(F.conv2d(x, y, { stride: [2, 1], padding: 1, groups: 2 }), true)
is<Tensor>().of(F.maxPool2d(x, 2, null, 1), true)

// Numbers stand for tensors where PyTorch lets them; bigints are integers.
is<Tensor>().of(x.add(2, { alpha: 3n }), true)
is<Tensor>().of(torch.sub(1, x), true)
is<Tensor>().of(x.mul({ re: 0, im: 1 }), true)
is<Tensor>().of(x.narrow(0, 1n, 2), true)
is<Tensor>().of(x.div(y, { roundingMode: 'floor' }), true)

// Lists: an array, or the integers themselves where there is nothing else to give by position.
is<Tensor>().of(x.view(2, -1), true)
is<Tensor>().of(x.permute([2, 0, 1]), true)
is<Tensor>().of(torch.zeros(2, 3), true)
is<Tensor>().of(torch.ones(2, 3, { dtype: 'bool' }), true)
is<Tensor>().of(
  torch.zeros(x.shape, { dtype: 'int64', device: 'cuda:1', requiresGrad: true }),
  true,
)
is<Tensor>().of(torch.randn([2], { generator: null, out: y }), true)
is<Tensor>().of(torch.arange(0, 10, { step: 2, dtype: 'int32' }), true)

// Results: tensors, tuples with names, arrays, plain values; in-place methods return the receiver.
const { values, indices } = x.max(1)
is<Tensor>().of(indices, true)
const [best, where] = x.max(1, { keepdim: true })
const [q, r] = linalg.qr(x, { mode: 'complete' })
const largest: Tensor = torch.max(x, 1, { out: [x, y] }).values
const { singularValues } = linalg.lstsq(x, y, { driver: 'gelsd' })
const tensors: Tensor[] = [values, largest, best, where, q, r, singularValues]
is<Tensor[]>().of(x.split(2), true)
is<[Tensor, Tensor]>().of(torch.maxPool1dWithIndices(x, 2), true)
is<boolean>().of(x.equal(y), true)
is<DType>().of(torch.resultType(x, 1), true)
is<number>().of(torch.numel(x), true)
is<Tensor>().of(x.relu_().clampMin_(0), true)

// Words are literal types.
is<Tensor>().of(F.mseLoss(x, y, { reduction: 'sum' }), true)
is<Tensor>().of(F.pad(x, [1, 1], 'reflect'), true)
is<Tensor>().of(fft.rfft(x, { norm: 'ortho' }), true)
is<Tensor>().of(x.scatterReduce(0, y, x, 'amax', { includeSelf: false }), true)
is<Tensor>().of(special.xlog1py(2, x), true)

// @ts-expect-error a string is not a tensor
x.add('1')
// @ts-expect-error no such option
x.sum(1, { keepDim: true })
// @ts-expect-error dim is an integer
x.sum('rows')
// @ts-expect-error no such dtype
torch.zeros([1], { dtype: 'float33' })
// @ts-expect-error no such device
torch.zeros([1], { device: 'gpu' })
// @ts-expect-error no such reduction
F.mseLoss(x, y, { reduction: 'avg' })
// @ts-expect-error no such rounding mode
x.div(y, { roundingMode: 'up' })
// @ts-expect-error an argument is missing
x.transpose(0)
// @ts-expect-error one tensor where a list is expected
torch.stack(x)
// @ts-expect-error max along a dimension returns two tensors
x.max(1).add(1)
// @ts-expect-error methods take no out
x.add(y, { out: x })
// @ts-expect-error private operators are reached through torch.ops
x._conj()
// @ts-expect-error no such result
linalg.svd(x).V

// Typed arrays know their dtype where the call says it.
is<Float32Array>().of(x.toTypedArray('float32'), true)
is<BigInt64Array>().of(x.toTypedArray('int64'), true)
is<Uint8Array>().of(x.toTypedArray('bool'), true)
is<Float32Array>().of(x.toTypedArray('bfloat16'), true)
is<TypedArrayOf<DType>>().of(x.toTypedArray(dtype), true)
is<'float32'>().of(torch.float32, true)
is<'int64'>().of(torch.long, true)
is<'channels_last'>().of(torch.channelsLast, true)

// What a flag asks for is in the type of the result.
is<Tensor>().of(torch.unique(x), true)
is<Tensor>().of(torch.unique(x, { sorted: false, dim: 0 }).add(1), true)
is<Tensor>().of(torch.unique(x, { returnCounts: true }).counts, true)
is<Tensor>().of(x.unique({ returnInverse: true, returnCounts: true }).inverseIndices, true)
is<Tensor[]>().of(x.nonzero({ asTuple: true }), true)
is<Tensor>().of(x.nonzero(), true)
is<Tensor>().of(torch.lu(x, { getInfos: true }).info, true)
is<bigint>().of(torch.iinfo('int64').max, true)
is<number>().of(torch.iinfo('uint8').max, true)
is<Tensor>().of(torch.atleast2d(x), true)
is<Tensor[]>().of(torch.atleast2d(x, y), true)
is<Tensor[]>().of(torch.meshgrid(x, y, { indexing: 'xy' }), true)
is<Tensor>().of(torch.einsum('ij,jk->ik', x, y), true)
is<Tensor>().of(torch.einsum(x, [0, 1], y, [1, 2], ['...', 0]), true)
is<Tensor>().of(torch.tensordot(x, y, [[0], [1]]), true)
is<Tensor>().of(torch.norm(x, 'nuc', [0, 1], { keepdim: true }), true)
is<Tensor>().of(x.norm({ p: 1, dim: 0 }), true)
is<Tensor>().of(x.mT.real, true)
is<void>().of(torch.splitCopy(x, 2, { out: [x, y] }), true)
x.real = 1
x.imag = y

// @ts-expect-error real has no text
x.real = '1'
// @ts-expect-error T only looks
x.T = y
// @ts-expect-error counts were not asked for
torch.unique(x).counts
// @ts-expect-error only the counts were asked for
torch.unique(x, { returnCounts: true }).inverseIndices
// @ts-expect-error a flag that may be false promises nothing
torch.unique(x, { returnCounts: flag }).counts
// @ts-expect-error no such norm
torch.norm(x, 'max')
// @ts-expect-error no such indexing
torch.meshgrid(x, y, { indexing: 'yx' })
// @ts-expect-error an equation is text
torch.einsum(1, x)
// @ts-expect-error no such mode
torch.cdist(x, y, { computeMode: 'mm' })
// @ts-expect-error no such dtype
x.toTypedArray('float')
// @ts-expect-error limits of integers are not those of floats
torch.iinfo('int8').eps
// @ts-expect-error dims are a pair
torch.tensordot(x, y, [[0]])
// @ts-expect-error a word is no element
x.apply_(() => 'a')
// @ts-expect-error no such padding
F.conv2d(x, y, { padding: 'full' })
// @ts-expect-error no such padding mode
F.pad(x, [1, 1], 'mirror')
// @ts-expect-error no such interpolation of quantiles
x.quantile(0.5, { interpolation: 'cubic' })
// @ts-expect-error no such side
torch.searchsorted(x, y, { side: 'middle' })
// @ts-expect-error no such layout
torch.zeros([1], { layout: 'dense' })
// @ts-expect-error no such memory format
x.contiguous({ memoryFormat: 'nhwc' })
// @ts-expect-error a method of nothing
x.addd(1)
// @ts-expect-error a shape holds integers
torch.zeros(['2'])
// @ts-expect-error a scalar is no function
x.add(() => 1)
// @ts-expect-error the result is a boolean
x.equal(y).sum()

const scalars: Scalar[] = [1, 2n, true, { re: 1, im: 2 }]

export { scalars, tensors }
