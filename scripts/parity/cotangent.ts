import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'

/** Multiples of 1/64 between -1 and 1, never zero, exact in every floating dtype; sample.py makes the same. */
export function cotangent(like: Tensor): Tensor {
  const isComplex = like.dtype.startsWith('complex')
  const words = isComplex ? 2 : 1
  const values = new Float64Array(like.numel() * words)
  for (let i = 0; i < values.length; i++) {
    const k = Math.floor(i / words) + (i % words) * 29
    values[i] = (((k * 37) % 64) - 31.5) / 32
  }
  const dtype = isComplex ? 'complex128' : 'float64'
  return torch.fromBuffer(values, dtype).to(like.dtype).view(like.shape)
}
