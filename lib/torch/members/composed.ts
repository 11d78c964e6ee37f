// Methods that Python writes over operators: those of ../functions on a tensor, and conversions.

import { checkOptions } from '../../check.js'
import { bindArguments } from '../arguments.js'
import { type TensorFromOptions, tensor } from '../create.js'
import type { AsTensorOptions, TensorLike } from '../functions/as-tensor.js'
import { isTensor } from '../functions/check.js'
import { type LuOptions, type LuResult, lu } from '../functions/lu.js'
import { nonzero } from '../functions/nonzero.js'
import { boundNorm, type NormOptions, type NormOrder } from '../functions/norm.js'
import {
  type UniqueConsecutiveOptions,
  type UniqueOptions,
  type UniqueResult,
  unique,
  uniqueConsecutive,
} from '../functions/unique.js'
import type { Tensor } from '../tensor.js'
import type { DType } from '../types.js'

export interface ComposedMembers {
  /** As `torch.norm` of this tensor. PyTorch's `Tensor.norm`. */
  norm(options?: NormOptions): Tensor
  norm(p: NormOrder | null, options?: Omit<NormOptions, 'p'>): Tensor
  norm(
    p: NormOrder | null,
    dim: number | readonly number[] | null,
    options?: Omit<NormOptions, 'p' | 'dim'>,
  ): Tensor
  norm(
    p: NormOrder | null,
    dim: number | readonly number[] | null,
    keepdim: boolean,
    options?: Pick<NormOptions, 'dtype'>,
  ): Tensor
  /** As `torch.unique` of this tensor. PyTorch's `Tensor.unique`. */
  unique<Inverse extends boolean = false, Counts extends boolean = false>(
    options?: UniqueOptions<Inverse, Counts>,
  ): UniqueResult<Inverse, Counts>
  /** As `torch.uniqueConsecutive` of this tensor. PyTorch's `Tensor.unique_consecutive`. */
  uniqueConsecutive<Inverse extends boolean = false, Counts extends boolean = false>(
    options?: UniqueConsecutiveOptions<Inverse, Counts>,
  ): UniqueResult<Inverse, Counts>
  /** As `torch.nonzero` of this tensor. PyTorch's `Tensor.nonzero`. */
  nonzero(options: { asTuple: true }): Tensor[]
  nonzero(options?: { asTuple?: false }): Tensor
  /** As `torch.lu` of this tensor. PyTorch's `Tensor.lu`. */
  lu<Infos extends boolean = false>(options?: LuOptions<Infos>): LuResult<Infos>
  lu<Infos extends boolean = false>(pivot: boolean, getInfos?: Infos): LuResult<Infos>
  /** As coordinates and values of the elements that are not zero. PyTorch's `Tensor.to_sparse_coo`. */
  toSparseCoo(): Tensor
  /** Name of dtype and device as Python's legacy types have it, `'torch.FloatTensor'`. PyTorch's `Tensor.type`. */
  type(): string
  /** As another dtype; itself where nothing changes. */
  type(dtype: DType): Tensor
  /**
   * A copy of data as a tensor of this one's dtype and device, unless the options say otherwise. PyTorch's
   * `Tensor.new_tensor`.
   */
  newTensor(data: TensorLike, options?: TensorFromOptions): Tensor
}

/** Names of Python's legacy tensor types. */
const LEGACY_TYPES: Partial<Record<DType, string>> = {
  uint8: 'Byte',
  int8: 'Char',
  int16: 'Short',
  int32: 'Int',
  int64: 'Long',
  float16: 'Half',
  float32: 'Float',
  float64: 'Double',
  bool: 'Bool',
  bfloat16: 'BFloat16',
  complex32: 'ComplexHalf',
  complex64: 'ComplexFloat',
  complex128: 'ComplexDouble',
  qint8: 'QInt8',
  quint8: 'QUInt8',
  qint32: 'QInt32',
}

const capitalized = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

function legacyType(one: Tensor): string {
  const [device] = one.device.split(':')
  const place = device === 'cpu' ? '' : `${device}.`
  const sparse = one.layout.startsWith('sparse') ? `${one.layout.replace('_coo', '')}.` : ''
  return `torch.${place}${sparse}${LEGACY_TYPES[one.dtype] ?? capitalized(one.dtype)}Tensor`
}

function typeOrCast(this: Tensor): string
function typeOrCast(this: Tensor, dtype: DType): Tensor
function typeOrCast(this: Tensor, dtype?: DType): string | Tensor {
  return dtype === undefined ? legacyType(this) : this.to({ dtype })
}

export const composedMembers: ComposedMembers & ThisType<Tensor> = {
  norm(this: Tensor, ...args: unknown[]) {
    return boundNorm(this, bindArguments('norm', args, ['p', 'dim', 'keepdim', 'dtype']))
  },
  unique(options) {
    return unique(this, options)
  },
  uniqueConsecutive(options) {
    return uniqueConsecutive(this, options)
  },
  nonzero: function (this: Tensor, options?: { asTuple: true }) {
    return nonzero(this, options as { asTuple: true })
  } as ComposedMembers['nonzero'],
  lu: function (this: Tensor, ...args: [pivot: boolean, getInfos?: boolean]) {
    return lu(this, ...args)
  } as ComposedMembers['lu'],
  toSparseCoo() {
    return this.toSparse()
  },
  type: typeOrCast as ComposedMembers['type'],
  newTensor(data, options) {
    const keys = ['dtype', 'device', 'requiresGrad'] as const
    const checked = checkOptions<TensorFromOptions>('newTensor', options, keys)
    const { dtype = this.dtype, device = this.device, requiresGrad = false } = checked
    const target: AsTensorOptions = { dtype, device }
    if (!isTensor(data)) return tensor(data, { ...target, requiresGrad })
    const copy = data.detach().clone().to(target)
    return requiresGrad ? copy.requiresGrad_() : copy
  },
}
