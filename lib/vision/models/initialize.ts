// First weights, in the order in which torchvision draws them.

import { kaimingNormal_, zeros_ } from '../../nn/init/index.js'
import type { Module } from '../../nn/module.js'
import { Conv2d } from '../../nn/modules/conv.js'
import { Linear } from '../../nn/modules/linear.js'

/** What gives layers of a kind their first weights. */
export interface Initializers {
  conv2d?(layer: Conv2d): void
  linear?(layer: Linear): void
}

/** Gives the convolutions and linear layers of a network their first weights; normalizations start right. */
export function initialize(model: Module, { conv2d, linear }: Initializers): void {
  for (const module of model.modules()) {
    if (module instanceof Conv2d) conv2d?.(module)
    else if (module instanceof Linear) linear?.(module)
  }
}

/** Sets the bias to zero, where there is one. */
export function zeroBias({ bias }: Conv2d | Linear): void {
  if (bias !== null) zeros_(bias)
}

/** Keeps the width of the gradients, and sets the bias to zero. */
export function fanOut(layer: Conv2d): void {
  kaimingNormal_(layer.weight, { mode: 'fanOut', nonlinearity: 'relu' })
  zeroBias(layer)
}
