// The policies that AutoAugment found, as in torchvision.
//
// Source: Cubuk, Zoph, Mane, Vasudevan, Le, "AutoAugment: Learning Augmentation Policies from Data" (CVPR 2019).

import type { AugmentOperation } from './augment-space.js'

/** An operation, how likely it is applied, and which of ten magnitudes it has. */
type Part = readonly [operation: AugmentOperation, p: number, magnitude: number | null]

/** Pairs of operations, one of which is chosen for a picture. */
export type Policy = readonly (readonly [Part, Part])[]

export const POLICIES = {
  imagenet: [
    [
      ['posterize', 0.4, 8],
      ['rotate', 0.6, 9],
    ],
    [
      ['solarize', 0.6, 5],
      ['autocontrast', 0.6, null],
    ],
    [
      ['equalize', 0.8, null],
      ['equalize', 0.6, null],
    ],
    [
      ['posterize', 0.6, 7],
      ['posterize', 0.6, 6],
    ],
    [
      ['equalize', 0.4, null],
      ['solarize', 0.2, 4],
    ],
    [
      ['equalize', 0.4, null],
      ['rotate', 0.8, 8],
    ],
    [
      ['solarize', 0.6, 3],
      ['equalize', 0.6, null],
    ],
    [
      ['posterize', 0.8, 5],
      ['equalize', 1, null],
    ],
    [
      ['rotate', 0.2, 3],
      ['solarize', 0.6, 8],
    ],
    [
      ['equalize', 0.6, null],
      ['posterize', 0.4, 6],
    ],
    [
      ['rotate', 0.8, 8],
      ['color', 0.4, 0],
    ],
    [
      ['rotate', 0.4, 9],
      ['equalize', 0.6, null],
    ],
    [
      ['equalize', 0, null],
      ['equalize', 0.8, null],
    ],
    [
      ['invert', 0.6, null],
      ['equalize', 1, null],
    ],
    [
      ['color', 0.6, 4],
      ['contrast', 1, 8],
    ],
    [
      ['rotate', 0.8, 8],
      ['color', 1, 2],
    ],
    [
      ['color', 0.8, 8],
      ['solarize', 0.8, 7],
    ],
    [
      ['sharpness', 0.4, 7],
      ['invert', 0.6, null],
    ],
    [
      ['shearX', 0.6, 5],
      ['equalize', 1, null],
    ],
    [
      ['color', 0.4, 0],
      ['equalize', 0.6, null],
    ],
    [
      ['equalize', 0.4, null],
      ['solarize', 0.2, 4],
    ],
    [
      ['solarize', 0.6, 5],
      ['autocontrast', 0.6, null],
    ],
    [
      ['invert', 0.6, null],
      ['equalize', 1, null],
    ],
    [
      ['color', 0.6, 4],
      ['contrast', 1, 8],
    ],
    [
      ['equalize', 0.8, null],
      ['equalize', 0.6, null],
    ],
  ],
  cifar10: [
    [
      ['invert', 0.1, null],
      ['contrast', 0.2, 6],
    ],
    [
      ['rotate', 0.7, 2],
      ['translateX', 0.3, 9],
    ],
    [
      ['sharpness', 0.8, 1],
      ['sharpness', 0.9, 3],
    ],
    [
      ['shearY', 0.5, 8],
      ['translateY', 0.7, 9],
    ],
    [
      ['autocontrast', 0.5, null],
      ['equalize', 0.9, null],
    ],
    [
      ['shearY', 0.2, 7],
      ['posterize', 0.3, 7],
    ],
    [
      ['color', 0.4, 3],
      ['brightness', 0.6, 7],
    ],
    [
      ['sharpness', 0.3, 9],
      ['brightness', 0.7, 9],
    ],
    [
      ['equalize', 0.6, null],
      ['equalize', 0.5, null],
    ],
    [
      ['contrast', 0.6, 7],
      ['sharpness', 0.6, 5],
    ],
    [
      ['color', 0.7, 7],
      ['translateX', 0.5, 8],
    ],
    [
      ['equalize', 0.3, null],
      ['autocontrast', 0.4, null],
    ],
    [
      ['translateY', 0.4, 3],
      ['sharpness', 0.2, 6],
    ],
    [
      ['brightness', 0.9, 6],
      ['color', 0.2, 8],
    ],
    [
      ['solarize', 0.5, 2],
      ['invert', 0, null],
    ],
    [
      ['equalize', 0.2, null],
      ['autocontrast', 0.6, null],
    ],
    [
      ['equalize', 0.2, null],
      ['equalize', 0.6, null],
    ],
    [
      ['color', 0.9, 9],
      ['equalize', 0.6, null],
    ],
    [
      ['autocontrast', 0.8, null],
      ['solarize', 0.2, 8],
    ],
    [
      ['brightness', 0.1, 3],
      ['color', 0.7, 0],
    ],
    [
      ['solarize', 0.4, 5],
      ['autocontrast', 0.9, null],
    ],
    [
      ['translateY', 0.9, 9],
      ['translateY', 0.7, 9],
    ],
    [
      ['autocontrast', 0.9, null],
      ['solarize', 0.8, 3],
    ],
    [
      ['equalize', 0.8, null],
      ['invert', 0.1, null],
    ],
    [
      ['translateY', 0.7, 9],
      ['autocontrast', 0.9, null],
    ],
  ],
  svhn: [
    [
      ['shearX', 0.9, 4],
      ['invert', 0.2, null],
    ],
    [
      ['shearY', 0.9, 8],
      ['invert', 0.7, null],
    ],
    [
      ['equalize', 0.6, null],
      ['solarize', 0.6, 6],
    ],
    [
      ['invert', 0.9, null],
      ['equalize', 0.6, null],
    ],
    [
      ['equalize', 0.6, null],
      ['rotate', 0.9, 3],
    ],
    [
      ['shearX', 0.9, 4],
      ['autocontrast', 0.8, null],
    ],
    [
      ['shearY', 0.9, 8],
      ['invert', 0.4, null],
    ],
    [
      ['shearY', 0.9, 5],
      ['solarize', 0.2, 6],
    ],
    [
      ['invert', 0.9, null],
      ['autocontrast', 0.8, null],
    ],
    [
      ['equalize', 0.6, null],
      ['rotate', 0.9, 3],
    ],
    [
      ['shearX', 0.9, 4],
      ['solarize', 0.3, 3],
    ],
    [
      ['shearY', 0.8, 8],
      ['invert', 0.7, null],
    ],
    [
      ['equalize', 0.9, null],
      ['translateY', 0.6, 6],
    ],
    [
      ['invert', 0.9, null],
      ['equalize', 0.6, null],
    ],
    [
      ['contrast', 0.3, 3],
      ['rotate', 0.8, 4],
    ],
    [
      ['invert', 0.8, null],
      ['translateY', 0, 2],
    ],
    [
      ['shearY', 0.7, 6],
      ['solarize', 0.4, 8],
    ],
    [
      ['invert', 0.6, null],
      ['rotate', 0.8, 4],
    ],
    [
      ['shearY', 0.3, 7],
      ['translateX', 0.9, 3],
    ],
    [
      ['shearX', 0.1, 6],
      ['invert', 0.6, null],
    ],
    [
      ['solarize', 0.7, 2],
      ['translateY', 0.6, 7],
    ],
    [
      ['shearY', 0.8, 4],
      ['invert', 0.8, null],
    ],
    [
      ['shearX', 0.7, 9],
      ['translateY', 0.8, 3],
    ],
    [
      ['shearY', 0.8, 5],
      ['autocontrast', 0.7, null],
    ],
    [
      ['shearX', 0.7, 2],
      ['invert', 0.1, null],
    ],
  ],
} as const satisfies Record<string, Policy>
