// Compiled, never run: the types of nn.functional. `tsc --noEmit` fails if a right call is refused, or if a wrong one
// (below `@ts-expect-error`) is not.
import type { Functional } from '../../lib/nn/functional/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'

declare const F: Functional
declare const x: Tensor
declare const y: Tensor

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

// Positional arguments, then the same ones by name, then some of each.
is<Tensor>().of(F.dropout(x), true)
is<Tensor>().of(F.dropout(x, 0.5, true), true)
is<Tensor>().of(F.dropout(x, { p: 0.5, training: true }), true)
is<Tensor>().of(F.dropout(x, 0.5, { training: true }), true)
is<Tensor>().of(F.crossEntropy(x, y, { labelSmoothing: 0.1 }), true)
is<Tensor>().of(F.mseLoss(x, y, 'sum'), true)
is<Tensor>().of(F.klDiv(x, y, { reduction: 'batchmean' }), true)
is<Tensor>().of(F.interpolate(x, { scaleFactor: 2, mode: 'bilinear', alignCorners: false }), true)
is<Tensor>().of(F.batchNorm(x, null, null, { training: true }), true)
is<Tensor>().of(F.layerNorm(x, [4], { eps: 1e-6 }), true)
is<Tensor>().of(F.threshold(x, 0.1, 20), true)
is<Tensor>().of(F.adaptiveAvgPool2d(x, [null, 7]), true)
is<Tensor>().of(F.conv2d(x, y, null, { padding: 'same' }), true)

// A literal returnIndices decides what comes back.
is<Tensor>().of(F.maxPool2d(x, 2), true)
is<Tensor>().of(F.maxPool2d(x, 2, { stride: 1, returnIndices: false }), true)
is<[output: Tensor, indices: Tensor]>().of(F.maxPool2d(x, 2, { returnIndices: true }), true)
is<[output: Tensor, indices: Tensor]>().of(
  F.maxPool2d(x, { kernelSize: 2, returnIndices: true }),
  true,
)
is<[output: Tensor, indices: Tensor]>().of(F.maxPool2d(x, 2, 2, 0, 1, false, true), true)
is<[output: Tensor, indices: Tensor]>().of(F.maxPool2dWithIndices(x, 2), true)
is<Tensor>().of(F.adaptiveMaxPool1d(x, 2), true)
is<[output: Tensor, indices: Tensor]>().of(F.adaptiveMaxPool1d(x, 2, true), true)
is<[output: Tensor, indices: Tensor]>().of(
  F.fractionalMaxPool2d(x, 2, { outputSize: 3, returnIndices: true }),
  true,
)

// @ts-expect-error a misspelled option
F.dropout(x, { probability: 0.5 })
// @ts-expect-error an option of the wrong type
F.dropout(x, 0.5, { training: 1 })
// @ts-expect-error too many arguments
F.relu(x, true, true)
// @ts-expect-error an option without what the call needs
F.maxPool2d(x, { stride: 2 })
// @ts-expect-error a required argument is missing
F.layerNorm(x)
// @ts-expect-error no such reduction
F.mseLoss(x, y, { reduction: 'batchmean' })
// @ts-expect-error no such mode
F.interpolate(x, { size: 4, mode: 'cubic' })
// @ts-expect-error by name only
F.tripletMarginWithDistanceLoss(x, y, x, 1)
// @ts-expect-error a tensor is needed
F.embedding([0, 1], x)
// @ts-expect-error options are the last argument
F.dropout(x, { p: 0.5 }, true)
// @ts-expect-error not a function of torch.nn.functional
F.col2im(x, 4, 2, 1, 0, 1)
