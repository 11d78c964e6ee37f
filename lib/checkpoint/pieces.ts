import type { FileHandle } from 'node:fs/promises'
import { getSystemErrorMap } from 'node:util'
import { native, type TensorHandle } from '../native.js'
import type { Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'

/** A part of a file: bytes, or the elements of a tensor in order. */
export type Piece = Uint8Array | Tensor

/** Bytes of a piece in the file. */
export const byteLengthOf = (piece: Piece): number =>
  piece instanceof Uint8Array ? piece.length : piece.numel() * piece.elementSize()

/** The parts of a file, one after another. */
export class Pieces {
  readonly list: Piece[] = []
  /** Bytes so far. */
  position = 0

  add(piece: Piece): void {
    this.list.push(piece)
    this.position += byteLengthOf(piece)
  }
}

/** CRC-32s of what has been written. */
export interface WrittenPieces {
  /** Of all of it. */
  readonly crc: number
  /** Of each piece. */
  readonly crcs: readonly number[]
}

const crossing = (piece: Piece): Uint8Array | TensorHandle =>
  piece instanceof Uint8Array ? piece : (access.handleOf(piece) as TensorHandle)

/** CRC-32s of the pieces, computed off the JS thread. */
export async function checksums(pieces: readonly Piece[]): Promise<number[]> {
  return [...(await native.checksums(pieces.map(crossing)))]
}

/**
 * Writes pieces where the file stands, off the JS thread and straight from the memory of the tensors: only of one that
 * is not contiguous or on another device a copy is made, and of one at a time.
 *
 * @throws an error such as those of `node:fs`
 */
export async function writePieces(
  file: FileHandle,
  pieces: readonly Piece[],
): Promise<WrittenPieces> {
  const [errno = 0, crc = 0, ...crcs] = await native.writePieces(file.fd, pieces.map(crossing))
  if (errno !== 0) throw systemError(errno)
  return { crc, crcs }
}

/** The error that `node:fs` would throw for a failed write. */
function systemError(errno: number): NodeJS.ErrnoException {
  const [code, description] = getSystemErrorMap().get(-errno) ?? ['EIO', 'unknown error']
  const error: NodeJS.ErrnoException = new Error(`${code}: ${description}, write`)
  return Object.assign(error, { errno: -errno, code, syscall: 'write' })
}
