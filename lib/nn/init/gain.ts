// How wide initial weights must be spread for a layer's output to be as wide as its input.

import { checkOneOf } from '../../check.js'
import { checkFloat } from '../functional/call.js'

const NONLINEARITIES = [
  'linear',
  'conv1d',
  'conv2d',
  'conv3d',
  'convTranspose1d',
  'convTranspose2d',
  'convTranspose3d',
  'sigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'selu',
] as const

/** What follows a layer whose weights are drawn. */
export type Nonlinearity = (typeof NONLINEARITIES)[number]

/**
 * The factor by which a nonlinearity narrows its input. `torch.nn.init.calculate_gain(nonlinearity, param=None)`
 *
 * @param param the slope of 'leakyRelu', 0.01 by default
 */
export function calculateGain(nonlinearity: Nonlinearity, param: number | null = null): number {
  const where = 'calculateGain'
  switch (checkOneOf(where, 'nonlinearity', nonlinearity, NONLINEARITIES)) {
    case 'tanh':
      return 5 / 3
    case 'relu':
      return Math.SQRT2
    case 'leakyRelu': {
      const slope = param === null ? 0.01 : checkFloat(where, 'param', param)
      return Math.sqrt(2 / (1 + slope ** 2))
    }
    case 'selu':
      return 3 / 4
    default:
      return 1
  }
}
