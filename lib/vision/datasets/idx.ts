import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { DatasetError } from '../../data/errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType } from '../../torch/types.js'

/** The element types of the format by their code. */
const TYPES: Readonly<Record<number, { dtype: DType; width: 1 | 2 | 4 | 8 }>> = {
  8: { dtype: 'uint8', width: 1 },
  9: { dtype: 'int8', width: 1 },
  11: { dtype: 'int16', width: 2 },
  12: { dtype: 'int32', width: 4 },
  13: { dtype: 'float32', width: 4 },
  14: { dtype: 'float64', width: 8 },
}

/** More than any known file unpacks to; what claims more is damaged, or meant to fill the memory. */
const MAX_BYTES = 2 ** 30

/**
 * Reads an array in the IDX format of MNIST (torchvision `read_sn3_pascalvincent_tensor`): two zero
 * bytes, the type, the number of dimensions, the sizes and the numbers, all big-endian.
 *
 * @param bytes - the unpacked file; uint8 numbers are shared with the tensor, not copied
 * @param path - the file, for errors
 * @throws {@link DatasetError} with the path when the bytes are not exactly one such array
 */
export function readIdx(bytes: Uint8Array, path: string): Tensor {
  const refuse = (reason: string): never => {
    throw new DatasetError(`'${path}' is not a file of the IDX format: ${reason}`, path)
  }
  const [zero, second, code = 0, dimensions = 0] = bytes
  const type = TYPES[code]
  if (zero !== 0 || second !== 0 || type === undefined || dimensions === 0) {
    return refuse('it does not begin as one')
  }
  const start = 4 + 4 * dimensions
  if (bytes.length < start) return refuse('it is truncated')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis))
  const expected = shape.reduce((product, size) => product * size, type.width)
  if (bytes.length - start !== expected) {
    const sizes = shape.join(' x ')
    return refuse(
      `${sizes} numbers of type ${type.dtype} need ${expected} bytes, ${bytes.length - start} follow`,
    )
  }
  const content = bytes.subarray(start)
  if (type.width === 1) return torch.fromBuffer(content, type.dtype, { shape })
  return torch.fromBuffer(littleEndian(content, type.width), type.dtype, { shape })
}

/** A copy with the bytes of each number in the order of the processors that libtorch runs on. */
function littleEndian(bytes: Uint8Array, width: 2 | 4 | 8): Uint8Array {
  // Not of Node's pool: the tensor needs an aligned start.
  const copy = Buffer.from(new Uint8Array(bytes).buffer)
  if (width === 2) return copy.swap16()
  return width === 4 ? copy.swap32() : copy.swap64()
}

/**
 * The content of `path`, or else of `path` + `.gz` unpacked; undefined if there is neither.
 *
 * @throws {@link DatasetError} with the path of a file that cannot be read or unpacked
 */
export async function readUnpacked(path: string): Promise<Uint8Array | undefined> {
  const plain = await readIfThere(path)
  if (plain !== undefined) return plain
  const packed = await readIfThere(`${path}.gz`)
  if (packed === undefined) return undefined
  try {
    return await promisify(gunzip)(packed, { maxOutputLength: MAX_BYTES })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DatasetError(`'${path}.gz' could not be unpacked: ${reason}`, `${path}.gz`, { cause })
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new DatasetError(`'${path}' could not be read (${code})`, path, { cause })
  }
}
