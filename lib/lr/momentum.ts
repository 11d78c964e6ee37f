// Momentum that goes the opposite way of the learning rate, in `cyclic` and `oneCycle`.

import type { Groups } from './groups.js'

/** Momentum of each group at the highest learning rate (base) and at the lowest (max). */
export interface MomentumRange {
  base: readonly number[]
  max: readonly number[]
}

/** Checks the options, and whether the optimizer has a momentum to cycle. */
export function momentumRange(groups: Groups, base: unknown, max: unknown): MomentumRange {
  groups.momentumName()
  return {
    base: groups.spread('baseMomentum', base),
    max: groups.spread('maxMomentum', max),
  }
}

/** Begins a cycle: notes the range in the groups, as PyTorch does, and sets the momentum to its maximum. */
export function beginMomentum(groups: Groups, { base, max }: MomentumRange): void {
  groups.setAll(groups.momentumName(), max)
  groups.setAll('max_momentum', max)
  groups.setAll('base_momentum', base)
}
