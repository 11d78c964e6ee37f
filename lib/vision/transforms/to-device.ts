import type { DeviceLike } from '../../torch/types.js'
import { defineTransform } from './transform.js'

/** Moves an image to a device, such as `'cuda:0'`. */
export const to = defineTransform(
  'to',
  (device: DeviceLike) => ({ device }),
  (image, { device }) => image.to(device),
)
