import { Pieces } from '../../../lib/checkpoint/pieces.js'
import { ZipWriter } from '../../../lib/checkpoint/zip-writer.js'

/** A zip of these entries; from `limits` on with ZIP64 fields. */
export function zipOf(
  entries: Readonly<Record<string, Uint8Array | string>>,
  limits?: { size: number; count: number },
): Buffer {
  const pieces = new Pieces()
  const zip = new ZipWriter(pieces, limits)
  for (const [name, data] of Object.entries(entries)) zip.add(name, Buffer.from(data))
  zip.finish()
  return Buffer.concat(pieces.list as Uint8Array[])
}
