import { checkInteger } from '../../check.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'

/** Merges a range of dimensions into one. Made by {@link flatten}. */
export class Flatten extends NativeModule {
  declare readonly startDim: number
  declare readonly endDim: number

  override extraRepr(): string {
    return `start_dim=${this.startDim}, end_dim=${this.endDim}`
  }
}
registerClass('Flatten', Flatten)

/** A layer that merges the dimensions from `startDim` to `endDim` into one. PyTorch's `nn.Flatten`. */
export function flatten(startDim = 1, endDim = -1): Flatten {
  return new Flatten(
    createModule('Flatten', {
      startDim: checkInteger('flatten', 'startDim', startDim),
      endDim: checkInteger('flatten', 'endDim', endDim),
    }),
  )
}
