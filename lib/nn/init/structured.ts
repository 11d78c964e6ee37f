// Matrices that are more than independent values.

import { noGradSync } from '../../autograd/modes.js'
import { checkInteger, checkNumber } from '../../check.js'
import type { Generator } from '../../torch/generator.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkFloat, checkTensor, type Rest, read } from '../functional/call.js'
import { type RandomOptions, source } from './values.js'

function checkDims(where: string, tensor: Tensor, min: number, max: number): Tensor {
  const dims = checkTensor(where, 'tensor', tensor).dim()
  if (dims < min || dims > max) {
    const range = min === max ? min : max === Infinity ? `at least ${min}` : `${min} to ${max}`
    throw new RangeError(`${where}: expected ${range} dimensions for tensor, got ${dims}`)
  }
  return tensor
}

/** Ones on the diagonal of a matrix, else zeros. `torch.nn.init.eye_(tensor)` */
export function eye_(tensor: Tensor): Tensor {
  checkDims('init.eye_', tensor, 2, 2)
  return noGradSync(() => tensor.zero_().fillDiagonal_(1))
}

/**
 * Makes a convolution pass on as many channels as it can: weights [O, I, …], 1 in the middle of each kernel from a
 * channel to itself, in each of `groups`. `torch.nn.init.dirac_(tensor, groups=1)`
 */
export function dirac_(tensor: Tensor, groups = 1): Tensor {
  const where = 'init.dirac_'
  const [outputs = 0, inputs = 0, ...field] = checkDims(where, tensor, 3, 5).shape
  if (outputs % checkInteger(where, 'groups', groups, { min: 1 }) !== 0) {
    throw new RangeError(
      `${where}: ${outputs} output channels are not divisible by groups ${groups}`,
    )
  }
  const perGroup = outputs / groups
  return noGradSync(() => {
    tensor.zero_()
    for (let channel = 0; channel < outputs; channel++) {
      const within = channel % perGroup
      if (within >= inputs) continue
      let place = tensor.select(0, channel).select(0, within)
      for (const size of field) place = place.select(0, Math.floor(size / 2))
      place.fill_(1)
    }
    return tensor
  })
}

/**
 * A random matrix with orthonormal rows or columns, times `gain` (Saxe et al. 2013); all dimensions but the first
 * count as one. `torch.nn.init.orthogonal_(tensor, gain=1, generator=None)`
 */
export function orthogonal_(
  tensor: Tensor,
  ...rest: Rest<RandomOptions & { gain?: number }, [gain?: number]>
): Tensor {
  const where = 'init.orthogonal_'
  const [gain = 1, generator] = read<[number, Generator | null]>(where, ['gain', 'generator'], rest)
  checkFloat(where, 'gain', gain)
  checkDims(where, tensor, 2, Infinity)
  if (tensor.numel() === 0) return tensor
  return noGradSync(() => {
    const rows = tensor.size(0)
    const cols = tensor.numel() / rows
    const drawn = tensor.newEmpty([rows, cols]).normal_(0, 1, source(generator))
    const [q, r] = torch.linalg.qr(rows < cols ? drawn.t() : drawn)
    // The signs of r's diagonal make the distribution uniform (Mezzadri 2006).
    const signed = q.mul(r.diagonal().sign())
    tensor.copy_((rows < cols ? signed.t() : signed).reshape(tensor.shape))
    return tensor.mul_(gain)
  })
}

/**
 * Normal values of standard deviation `std`, a share `sparsity` of each column zero (Martens 2010).
 * `torch.nn.init.sparse_(tensor, sparsity, std=0.01, generator=None)`
 */
export function sparse_(
  tensor: Tensor,
  ...rest: Rest<
    RandomOptions & { sparsity: number; std?: number },
    [sparsity: number, std?: number]
  >
): Tensor {
  const where = 'init.sparse_'
  const [sparsity, std = 0.01, generator] = read<[number, number, Generator | null]>(
    where,
    ['sparsity', 'std', 'generator'],
    rest,
  )
  const [rows = 0, cols = 0] = checkDims(where, tensor, 2, 2).shape
  const zeros = Math.ceil(checkNumber(where, 'sparsity', sparsity, { min: 0, max: 1 }) * rows)
  return noGradSync(() => {
    tensor.normal_(0, checkFloat(where, 'std', std), source(generator))
    for (let column = 0; column < cols; column++) {
      const chosen = torch.randperm(rows).narrow(0, 0, zeros)
      tensor.select(1, column).indexFill_(0, chosen, 0)
    }
    return tensor
  })
}
