import type { FileWriter } from '../../../lib/checkpoint/atomic.js'
import { ZipWriter } from '../../../lib/checkpoint/zip-writer.js'

/** A file in memory. */
export class MemoryFile implements FileWriter {
  private readonly parts: Uint8Array[] = []
  position = 0

  async write(bytes: Uint8Array): Promise<void> {
    this.parts.push(bytes.slice())
    this.position += bytes.length
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts)
  }
}

/** A zip of these entries; from `limits` on with ZIP64 fields. */
export async function zipOf(
  entries: Readonly<Record<string, Uint8Array | string>>,
  limits?: { size: number; count: number },
): Promise<Buffer> {
  const file = new MemoryFile()
  const zip = new ZipWriter(file, limits)
  for (const [name, data] of Object.entries(entries)) await zip.add(name, Buffer.from(data))
  await zip.finish()
  return file.bytes
}
