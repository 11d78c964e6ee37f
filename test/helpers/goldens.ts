import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import type { DType } from '../../lib/torch/types.js'

/** A tensor as the goldens store it: base64 of the contiguous little-endian bytes. */
export interface GoldenTensor {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly data: string
}

/** What the goldens keep of a tensor too large to store. */
export interface GoldenDigest {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly sha256: string
}

/** The parsed `test/goldens/<name>.json`; `T` describes the part that the caller reads. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../goldens/${name}.json`, import.meta.url), 'utf8')) as T
}

/** The tensor that an entry of the goldens stores. */
export function tensorOf({ dtype, shape, data }: GoldenTensor): Tensor {
  // A copy of its own: Buffer.from(base64) may be an odd-aligned piece of Node's pool.
  return torch.fromBuffer(Uint8Array.from(Buffer.from(data, 'base64')), dtype, { shape })
}

/** dtype, shape and sha256 of a tensor's bytes, to compare with a stored digest. */
export function digest(tensor: Tensor): GoldenDigest {
  const sha256 = createHash('sha256').update(tensor.toBytes()).digest('hex')
  return { dtype: tensor.dtype, shape: [...tensor.shape], sha256 }
}

/** The goldens' float32 formula data: `((k * 2654435761 mod 2^32) >> 8) / 2^24 - 0.5` for k from `offset` on. */
export function formulaTensor(shape: readonly number[], offset = 0): Tensor {
  const values = new Float32Array(shape.reduce((product, size) => product * size, 1))
  for (let i = 0; i < values.length; i++) {
    values[i] = (Math.imul(offset + i, 2654435761) >>> 8) / 2 ** 24 - 0.5
  }
  return torch.fromTypedArray(values, shape)
}
