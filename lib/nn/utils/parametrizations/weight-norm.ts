import { checkInteger } from '../../../check.js'
import type { Tensor } from '../../../torch/tensor.js'
import { operator, type Rest, read } from '../../functional/call.js'
import { Module } from '../../module.js'
import { type Parametrized, registerParametrization } from '../parametrize/index.js'
import { tensorOf } from './tensor-of.js'

const product = operator<(v: Tensor, g: Tensor, dim: number) => Tensor>(
  'weightNorm',
  '_weight_norm',
)
const norm = operator<(v: Tensor, pow: number, dim: number) => Tensor>(
  'weightNorm',
  'norm_except_dim',
)

/** g · v / |v|. */
class WeightNorm extends Module {
  constructor(readonly dim: number) {
    super()
  }

  override forward(g: Tensor, v: Tensor): Tensor {
    return product(v, g, this.dim)
  }

  rightInverse(weight: Tensor): Tensor[] {
    return [norm(weight, 2, this.dim), weight]
  }
}
// Python's name, which it prints.
Object.defineProperty(WeightNorm, 'name', { value: '_WeightNorm' })

/** Options of {@link weightNorm}. */
export interface WeightNormOptions {
  /** Which of the module's tensors, 'weight' unless given. */
  name?: string
  /** The dimension that has a magnitude for each of its places, 0 unless given; null for one magnitude of all. */
  dim?: number | null
}

/**
 * Splits a weight into its magnitude, `parametrizations.weight.original0`, and its direction, `original1` (Salimans and
 * Kingma 2016). State dicts of the older form, with `weight_g` and `weight_v`, can be loaded. PyTorch's
 * `nn.utils.parametrizations.weight_norm`.
 *
 * @returns the module
 */
export function weightNorm<M extends Module>(
  module: M,
  ...rest: Rest<WeightNormOptions, [name?: string, dim?: number | null]>
): Parametrized<M> {
  const where = 'weightNorm'
  const [name = 'weight', dim = 0] = read<[string, number | null]>(where, ['name', 'dim'], rest)
  tensorOf(where, module, name)
  const along = dim === null ? -1 : checkInteger(where, 'dim', dim)
  const result = registerParametrization(module, name, new WeightNorm(along), { unsafe: true })
  module.registerLoadStateDictPreHook((_, stateDict, prefix) => {
    const g = stateDict.get(`${prefix}${name}_g`)
    const v = stateDict.get(`${prefix}${name}_v`)
    if (g === undefined || v === undefined) return
    stateDict.delete(`${prefix}${name}_g`)
    stateDict.delete(`${prefix}${name}_v`)
    stateDict.set(`${prefix}parametrizations.${name}.original0`, g)
    stateDict.set(`${prefix}parametrizations.${name}.original1`, v)
  })
  return result
}
