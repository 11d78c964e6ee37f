// The numbers in an optimizer's groups, as schedulers read and write them: by PyTorch's names.

import { checkNumber, fail } from '../check.js'
import { TorchError } from '../errors.js'
import { native, type OptimizerHandle } from '../native.js'
import { type Optimizer, optimizerHandle } from '../optim/optimizer.js'

/** An optimizer's groups in the hands of one scheduler, whose name its errors carry. */
export class Groups {
  readonly where: string
  readonly optimizer: Optimizer
  readonly #handle: OptimizerHandle

  constructor(where: string, optimizer: Optimizer) {
    this.where = where
    this.#handle = optimizerHandle(where, optimizer)
    this.optimizer = optimizer
  }

  get count(): number {
    return this.optimizer.paramGroups.length
  }

  /** One number of one group, if it has it. */
  find(group: number, name: string): number | undefined {
    return native.groupValue(this.#handle, group, name)
  }

  get(group: number, name: string): number {
    const value = this.find(group, name)
    if (value !== undefined) return value
    throw new TorchError(`${this.where}: paramGroups[${group}] has no ${name}`)
  }

  set(group: number, name: string, value: number): void {
    native.setGroupValue(this.#handle, group, name, value)
  }

  /** One number of every group. */
  all(name: string): number[] {
    return Array.from({ length: this.count }, (_, group) => this.get(group, name))
  }

  /** One number of every group; `values` has one for each. */
  setAll(name: string, values: readonly number[]): void {
    if (values.length !== this.count) {
      throw new TorchError(
        `${this.where}: made for ${values.length} parameter groups, the optimizer now has ${this.count}`,
      )
    }
    values.forEach((value, group) => {
      this.set(group, name, value)
    })
  }

  /** A setting that is one number for all groups or an array of one for each. */
  spread(param: string, value: unknown): number[] {
    if (!Array.isArray(value)) {
      return new Array(this.count).fill(checkNumber(this.where, param, value, { min: 0 }))
    }
    if (value.length !== this.count) {
      fail(this.where, param, `one number, or ${this.count} (one for each group)`, value)
    }
    return value.map((number) => checkNumber(this.where, param, number, { min: 0 }))
  }

  /** What the groups call their momentum: `momentum`, or Adam's first beta. */
  momentumName(): 'momentum' | 'beta1' {
    if (this.find(0, 'beta1') !== undefined) return 'beta1'
    if (this.find(0, 'momentum') !== undefined) return 'momentum'
    throw new TypeError(`${this.where}: cycleMomentum needs an optimizer with momentum or betas`)
  }
}
