// Writes zip files, also such as no program should.
import { crc32, deflateRawSync } from 'node:zlib'

/** An entry, and what the archive says of it. */
export interface ZippedFile {
  readonly name: string
  readonly content?: string | Uint8Array
  /** Kind and rights as on Unix; 0, as on other systems, by default. */
  readonly mode?: number
  readonly stored?: boolean
  /** The size that the headers give, if not that of the content. */
  readonly size?: number
  readonly crc?: number
}

/** A whole zip file. */
export function zipped(files: readonly ZippedFile[], { comment = '' } = {}): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const name = Buffer.from(file.name)
    const content = Buffer.from(file.content ?? '')
    const data = file.stored === true ? content : deflateRawSync(content)
    const fields = Buffer.alloc(22)
    fields.writeUInt16LE(file.stored === true ? 0 : 8, 4)
    fields.writeUInt32LE(file.crc ?? crc32(content), 10)
    fields.writeUInt32LE(data.length, 14)
    fields.writeUInt32LE(file.size ?? content.length, 18)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50)
    fields.copy(local, 4)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50)
    central.writeUInt16LE((3 << 8) | 20, 4)
    fields.copy(central, 6)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt32LE(((file.mode ?? 0) << 16) >>> 0, 38)
    central.writeUInt32LE(offset, 42)
    locals.push(local, name, data)
    centrals.push(central, name)
    offset += local.length + name.length + data.length
  }
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50)
  end.writeUInt16LE(files.length, 8)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  end.writeUInt16LE(comment.length, 20)
  return Buffer.concat([...locals, directory, end, Buffer.from(comment)])
}
