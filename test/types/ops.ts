// Compiled, never run: the types of the generated operators. `tsc --noEmit` fails if a right call is
// refused, or if a wrong one (below `@ts-expect-error`) is not.
import type {
  FftFunctions,
  LinalgFunctions,
  NNFunctions,
  SpecialFunctions,
  TorchFunctions,
} from '../../lib/torch/ops.generated.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import type { DType } from '../../lib/torch/types.js'

declare const x: Tensor
declare const y: Tensor
declare const torch: TorchFunctions
declare const F: NNFunctions
declare const linalg: LinalgFunctions
declare const fft: FftFunctions
declare const special: SpecialFunctions

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

export { tensors }
