import { createHash } from 'node:crypto'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import type { DType } from '../../lib/torch/types.js'

/** What the goldens of transforms keep of an image: type, shape and the beginning of the sha256. */
export interface Brief {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly sha256: string
}

const hash = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16)

export const brief = (tensor: Tensor): Brief => ({
  dtype: tensor.dtype,
  shape: [...tensor.shape],
  sha256: hash(tensor.toBytes()),
})

/** The upper bytes of the numbers of the goldens' formula (scripts/goldens/transforms_inputs.py). */
export function formulaBytes(shape: readonly number[], offset = 0): Tensor {
  const bytes = new Uint8Array(shape.reduce((product, size) => product * size, 1))
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.imul(offset + i, 2654435761) >>> 24
  return torch.fromTypedArray(bytes, shape)
}

const BITS: Readonly<Record<string, number>> = {
  int8: 7,
  int16: 15,
  uint16: 16,
  int32: 31,
  int64: 63,
}

/** Bytes as another type: divided by 255, or shifted so that they fill the upper bits. */
export function inDtype(pixels: Tensor, dtype: DType): Tensor {
  const bits = BITS[dtype]
  if (bits === undefined) {
    return dtype === 'uint8' ? pixels : pixels.to('float32').div(255).to(dtype)
  }
  const wide = pixels.to('int64')
  return (bits === 7 ? wide.bitwiseRightShift(1) : wide.bitwiseLeftShift(bits - 8)).to(dtype)
}

/** The beginning of the sha256 of the state of torch's default generator. */
export const generatorState = (): string => hash(torch.defaultGenerator.getState().toBytes())
