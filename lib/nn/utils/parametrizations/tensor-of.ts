import { checkString, fail, show } from '../../../check.js'
import { Tensor } from '../../../torch/tensor.js'
import { Module } from '../../module.js'

/** The tensor of a module by its name, or an error that names both. */
export function tensorOf(where: string, module: unknown, name: unknown): Tensor {
  if (!(module instanceof Module)) fail(where, 'module', 'a module', module)
  const tensor: unknown = Reflect.get(module, checkString(where, 'name', name))
  if (tensor instanceof Tensor) return tensor
  throw new RangeError(
    `${where}: expected the name of a tensor of ${module.constructor.name} for name, got ${show(name)}`,
  )
}
