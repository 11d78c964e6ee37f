// The parametrizations of one tensor, and what it is computed from.

import { noGradSync } from '../../../autograd/modes.js'
import { fail, show } from '../../../check.js'
import { NotImplementedError, TorchError } from '../../../errors.js'
import { Parameter, Tensor } from '../../../torch/tensor.js'
import { sameShape, shapeText } from '../../functional/call.js'
import type { Module } from '../../module.js'
import { ModuleList } from '../../modules/containers.js'
import { parameter } from '../../parameter.js'

/**
 * A module that computes a tensor from one of the same shape and dtype, or the first of several from what its
 * `rightInverse` has made of the tensor.
 */
export type Parametrization = Module & {
  forward(...originals: Tensor[]): Tensor
  /**
   * What `forward` gives this value for: asked once for the tensor there is, and whenever one is assigned. A tensor, or
   * an array of them. Without it, or where it throws NotImplementedError, the value itself is taken to begin with.
   */
  rightInverse?(value: Tensor): Tensor | readonly Tensor[]
}

/** Throws unless a parametrization keeps dtype and shape. */
export function checkKept(where: string, what: string, before: Tensor, after: unknown): void {
  if (!(after instanceof Tensor)) fail(where, what, 'a Tensor', after)
  if (after.dtype !== before.dtype) {
    throw new RangeError(
      `${where}: expected ${what} to have the dtype ${before.dtype}, got ${after.dtype}; unsafe: true allows it`,
    )
  }
  if (!sameShape(after.shape, before.shape)) {
    throw new RangeError(
      `${where}: expected ${what} to have the shape ${shapeText(before.shape)}, got ${shapeText(after.shape)}; unsafe: true allows it`,
    )
  }
}

/** Makes a tensor refer to another's values, and stay the tensor that an optimizer knows. */
export function replaceValues(tensor: Tensor, values: Tensor): void {
  if (tensor !== values) noGradSync(() => tensor.set_(values.detach()))
}

/**
 * The parametrizations of a tensor in the order in which they are applied, with what they compute it from: `original`,
 * or `original0`, `original1`, … where the first has more inputs than one. Made by {@link registerParametrization}.
 * PyTorch's `nn.utils.parametrize.ParametrizationList`.
 */
export class ParametrizationList extends ModuleList<Parametrization> {
  declare original: Tensor
  /** Whether dtype and shape may change. */
  unsafe: boolean
  /** Number of originals; 0 where there is the one called `original`. */
  readonly originals: number

  /** @internal */
  constructor(where: string, first: Parametrization, tensor: Tensor, unsafe: boolean) {
    super()
    this.append(first)
    this.unsafe = unsafe
    const { dtype, shape } = tensor
    const before = { dtype, shape }
    const start = noGradSync(() => inverse(first, tensor))
    if (start instanceof Tensor) {
      this.originals = 0
      if (start.dtype !== dtype || start.device !== tensor.device) {
        throw new RangeError(
          `${where}: expected rightInverse to give ${dtype} on ${tensor.device}, got ${start.dtype} on ${start.device}`,
        )
      }
      replaceValues(tensor, start)
      register(this, 'original', tensor)
    } else {
      this.originals = start.length
      for (const [i, one] of start.entries()) {
        const { requiresGrad } = tensor
        const own = tensor instanceof Parameter ? parameter(one, requiresGrad) : one
        register(this, `original${i}`, own.requiresGrad_(requiresGrad))
      }
    }
    if (!unsafe) checkKept(where, 'the parametrized tensor', before as Tensor, this.forward())
  }

  /** The tensors that it is computed from. */
  sources(): Tensor[] {
    if (this.originals === 0) return [this.original]
    const names = Array.from({ length: this.originals }, (_, i) => `original${i}`)
    return names.map((name) => Reflect.get(this as object, name) as Tensor)
  }

  /** The parametrized tensor. */
  override forward(): Tensor {
    const [first, ...others] = this
    if (first === undefined)
      throw new TorchError('ParametrizationList: there is no parametrization')
    let value = first(...this.sources())
    for (const one of others) value = one(value)
    return value
  }

  /** Sets the originals to what gives a value. */
  rightInverse(value: Tensor): void {
    const where = 'ParametrizationList.rightInverse'
    if (!(value instanceof Tensor)) fail(where, 'value', 'a Tensor', value)
    const results = noGradSync(() => {
      let result: Tensor | readonly Tensor[] = value
      for (const one of [...this].reverse()) {
        if (one.rightInverse === undefined) {
          throw new TorchError(`${where}: ${one.constructor.name} has no rightInverse`)
        }
        result = one.rightInverse(result as Tensor)
      }
      return tensorsOf(where, result)
    })
    const sources = this.sources()
    if (results.length !== sources.length) {
      throw new RangeError(`${where}: expected ${sources.length} tensors, got ${results.length}`)
    }
    results.forEach((result, i) => {
      const source = sources[i] as Tensor
      if (result.dtype === source.dtype) return
      throw new RangeError(`${where}: expected ${source.dtype}, got ${result.dtype}`)
    })
    results.forEach((result, i) => {
      replaceValues(sources[i] as Tensor, result)
    })
  }
}

function tensorsOf(where: string, value: unknown): readonly Tensor[] {
  const list: unknown[] = Array.isArray(value) ? value : [value]
  for (const one of list) {
    if (!(one instanceof Tensor)) {
      throw new TypeError(`${where}: expected a Tensor or an array of them, got ${show(one)}`)
    }
  }
  return list as Tensor[]
}

/** What a parametrization begins with. */
function inverse(first: Parametrization, tensor: Tensor): Tensor | readonly Tensor[] {
  if (first.rightInverse === undefined) return tensor
  try {
    const result = first.rightInverse(tensor)
    const tensors = tensorsOf(`${first.constructor.name}.rightInverse`, result)
    return Array.isArray(result) ? tensors : (result as Tensor)
  } catch (error) {
    if (error instanceof NotImplementedError) return tensor
    throw error
  }
}

function register(list: ParametrizationList, name: string, tensor: Tensor): void {
  if (tensor instanceof Parameter) Reflect.set(list, name, tensor)
  else list.registerBuffer(name, tensor)
}
