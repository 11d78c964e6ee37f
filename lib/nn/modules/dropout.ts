import { checkBoolean, checkNumber, checkOptions } from '../../check.js'
import { createModule, NativeModule, registerClass } from '../native-module.js'
import { bool } from '../print.js'

/** Zeroes elements at random while training. Made by {@link dropout}. */
export class Dropout extends NativeModule {
  declare readonly p: number
  declare readonly inplace: boolean

  override extraRepr(): string {
    return `p=${this.p}, inplace=${bool(this.inplace)}`
  }
}
registerClass('Dropout', Dropout)

/**
 * While training, zeroes each element with probability `p` and scales the others by 1/(1 − p); the identity in
 * evaluation (Srivastava et al. 2014). PyTorch's `nn.Dropout`.
 */
export function dropout(p = 0.5, options?: { inplace?: boolean }): Dropout {
  const { inplace = false } = checkOptions('dropout', options, ['inplace'])
  return new Dropout(
    createModule('Dropout', {
      p: checkNumber('dropout', 'p', p, { min: 0, max: 1 }),
      inplace: checkBoolean('dropout', 'inplace', inplace),
    }),
  )
}
