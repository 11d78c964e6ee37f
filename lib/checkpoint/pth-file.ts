import type { Tensor } from '../torch/tensor.js'
import type { FileWriter } from './atomic.js'
import { refuse } from './error.js'
import { pickle } from './pickler.js'
import { checksums, Pieces, type WrittenPieces } from './pieces.js'
import { StoredTensors } from './stored-tensors.js'
import { ZipWriter } from './zip-writer.js'

/** A value on its way into a `.pth` file: pickled, with the tensors in it still in their own memory. */
export class PthFile {
  private readonly tensors: StoredTensors
  private readonly pickle: Uint8Array

  /**
   * @param where the caller, for messages
   * @param options `freeze` copies the elements now, so that the tensors may change while the file is written
   * @throws TypeError that names the place of a value that cannot be written
   */
  constructor(where: string, value: unknown, { freeze = false } = {}) {
    this.tensors = new StoredTensors(where)
    try {
      const tensorOf = (object: object) => this.tensors.find(object)
      // The first time finds out how much of each storage is in use; the second says so.
      pickle(where, value, tensorOf)
      this.pickle = pickle(where, value, tensorOf)
      if (freeze) this.tensors.freeze()
    } catch (error) {
      this.dispose()
      throw error
    }
  }

  /** Appends the archive to a file. */
  async write(file: FileWriter): Promise<WrittenPieces> {
    const { storages } = this.tensors
    const flats = storages.flatMap(({ flat }) => flat ?? [])
    const crcs = await checksums(flats)
    const pieces = this.layOut(new Map(flats.map((flat, i) => [flat, crcs[i] as number])))
    const written = await file.writePieces(pieces.list)
    // What stands in the archive was computed before; were it wrong, the file would be of no use.
    pieces.list
      .flatMap((piece, i) => (piece instanceof Uint8Array ? [] : [written.crcs[i]]))
      .forEach((crc, i) => {
        if (crc !== crcs[i]) refuse('a tensor was changed while it was being saved')
      })
    return written
  }

  /** Frees what only the writing needed. */
  dispose(): void {
    this.tensors.dispose()
  }

  private layOut(crcs: ReadonlyMap<Tensor, number>): Pieces {
    const pieces = new Pieces()
    const zip = new ZipWriter(pieces)
    zip.add('archive/data.pkl', this.pickle)
    zip.add('archive/byteorder', Buffer.from('little'))
    for (const { key, flat } of this.tensors.storages) {
      const crc = flat === undefined ? undefined : crcs.get(flat)
      const isEmpty = flat === undefined || crc === undefined
      zip.add(`archive/data/${key}`, isEmpty ? new Uint8Array(0) : { tensor: flat, crc })
    }
    zip.add('archive/version', Buffer.from('3\n'))
    zip.finish()
    return pieces
  }
}
