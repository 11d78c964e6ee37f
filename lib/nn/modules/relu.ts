import { checkBoolean, checkOptions } from '../../check.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'

/** max(0, x). Made by {@link relu}. */
export class ReLU extends NativeModule {
  declare readonly inplace: boolean

  override extraRepr(): string {
    return this.inplace ? 'inplace=True' : ''
  }
}
registerClass('ReLU', ReLU)

/** The rectified linear unit, max(0, x), on any shape. PyTorch's `nn.ReLU`. */
export function relu(options?: { inplace?: boolean }): ReLU {
  const { inplace = false } = checkOptions('relu', options, ['inplace'])
  return new ReLU(createModule('ReLU', { inplace: checkBoolean('relu', 'inplace', inplace) }))
}
