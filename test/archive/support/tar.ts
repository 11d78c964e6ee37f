// Writes tar files, also such as no program should.

/** An entry, and what its header says of it. */
export interface TarEntry {
  readonly name: string
  readonly content?: string | Uint8Array
  /** '0' a file, '2' a symbolic link, '5' a folder ... */
  readonly type?: string
  readonly linkName?: string
  /** The size that the header gives, if not that of the content. */
  readonly size?: number
  /** The field of the size as it stands in the header. */
  readonly sizeField?: Uint8Array
  readonly prefix?: string
}

const BLOCK = 512
export const END = Buffer.alloc(2 * BLOCK)

/** The header of an entry and its padded content. */
export function tarEntry(entry: TarEntry): Buffer {
  const { name, content = '', type = '0', linkName = '', prefix = '' } = entry
  const data = Buffer.from(content)
  const header = Buffer.alloc(BLOCK)
  header.write(name, 0, 100)
  header.write('0000644\0', 100)
  header.write(`${(entry.size ?? data.length).toString(8).padStart(11, '0')}\0`, 124)
  if (entry.sizeField !== undefined) header.set(entry.sizeField, 124)
  header.write('00000000000\0', 136)
  header.write(type, 156)
  header.write(linkName, 157, 100)
  header.write('ustar\x0000', 257)
  header.write(prefix, 345, 155)
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return Buffer.concat([header, data, Buffer.alloc((BLOCK - (data.length % BLOCK)) % BLOCK)])
}

/** A whole tar file. */
export const tarOf = (...entries: TarEntry[]): Buffer =>
  Buffer.concat([...entries.map(tarEntry), END])

/** A pax header for the next entry. */
export function pax(records: Readonly<Record<string, string>>): TarEntry {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    let length = Buffer.byteLength(rest)
    while (String(length).length + Buffer.byteLength(rest) > length) length++
    return `${length}${rest}`
  })
  return { name: 'pax', type: 'x', content: lines.join('') }
}
