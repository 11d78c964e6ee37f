import { open } from 'node:fs/promises'
import { InstallError } from '../report.mjs'

/**
 * One file of an archive.
 * @typedef {object} Entry
 * @property {string} name
 * @property {number} method 0 stored, 8 deflated
 * @property {number} crc
 * @property {number} packed bytes in the archive
 * @property {number} size bytes when unpacked
 * @property {number} offset of the local header
 * @property {number} mode Unix mode, 0 if unknown
 */

/** A zip file opened for reading. Nothing that it says about itself is believed before it is checked. */
export class ZipArchive {
  /**
   * @param {string} path
   * @param {import('node:fs/promises').FileHandle} file
   * @param {number} total
   */
  constructor(path, file, total) {
    this.path = path
    this.file = file
    this.total = total
  }

  /** @param {string} path */
  static async open(path) {
    const file = await open(path)
    return new ZipArchive(path, file, (await file.stat()).size)
  }

  async close() {
    await this.file.close()
  }

  /** @param {string} where */
  damaged(where) {
    return new InstallError(`${this.path} is damaged (${where}); delete it and install again.`)
  }

  /** The files in the order of the archive's directory. */
  async entries() {
    const { count, size, offset } = await this.#findDirectory()
    const data = await this.#read(offset, size)
    /** @type {Entry[]} */
    const entries = []
    for (let at = 0; entries.length < count; ) {
      if (at + 46 > data.length || data.readUInt32LE(at) !== 0x02014b50) {
        throw this.damaged('its directory')
      }
      const nameEnd = at + 46 + data.readUInt16LE(at + 28)
      const extraEnd = nameEnd + data.readUInt16LE(at + 30)
      const entry = {
        name: data.toString('utf8', at + 46, nameEnd),
        method: data.readUInt16LE(at + 10),
        crc: data.readUInt32LE(at + 16),
        packed: data.readUInt32LE(at + 20),
        size: data.readUInt32LE(at + 24),
        offset: data.readUInt32LE(at + 42),
        mode: data.readUInt16LE(at + 40),
      }
      this.#readZip64(data.subarray(nameEnd, extraEnd), entry)
      this.#verify(entry)
      entries.push(entry)
      at = extraEnd + data.readUInt16LE(at + 32)
    }
    return entries
  }

  /** Where the packed bytes of a file start. @param {Entry} entry */
  async dataOffset({ name, offset, packed }) {
    const header = await this.#read(offset, 30)
    const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
    if (header.readUInt32LE(0) !== 0x04034b50 || start + packed > this.total) {
      throw this.damaged(name)
    }
    return start
  }

  /** The packed bytes of a file. @param {Entry} entry */
  async readPacked(entry) {
    return this.#read(await this.dataOffset(entry), entry.packed)
  }

  /** @param {number} position @param {number} length */
  async #read(position, length) {
    // Node aborts on a position that is no safe integer. Two such numbers never add up to less than the total.
    if (!(position >= 0 && length >= 0 && position + length <= this.total)) {
      throw this.damaged('it ends too early')
    }
    const buffer = Buffer.allocUnsafe(length)
    const { bytesRead } = await this.file.read(buffer, 0, length, position)
    if (bytesRead !== length) throw this.damaged('it ends too early')
    return buffer
  }

  /** Reads the end-of-directory record, in its 64-bit form if there is one. */
  async #findDirectory() {
    const length = Math.min(this.total, 22 + 0xffff)
    const tail = await this.#read(this.total - length, length)
    const at = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]))
    if (at < 0 || at + 22 > tail.length) throw this.damaged('its end')
    if (at >= 20 && tail.readUInt32LE(at - 20) === 0x07064b50) {
      const record = await this.#read(Number(tail.readBigUInt64LE(at - 12)), 56)
      if (record.readUInt32LE(0) !== 0x06064b50) throw this.damaged('its end')
      const number = (/** @type {number} */ index) => Number(record.readBigUInt64LE(index))
      return { count: number(32), size: number(40), offset: number(48) }
    }
    return {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    }
  }

  /** Replaces the values that do not fit 32 bits. @param {Buffer} extra @param {Entry} entry */
  #readZip64(extra, entry) {
    for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
      if (extra.readUInt16LE(at) !== 1) continue
      let next = at + 4
      for (const field of /** @type {const} */ (['size', 'packed', 'offset'])) {
        if (entry[field] !== 0xffffffff) continue
        if (next + 8 > extra.length) throw this.damaged(entry.name)
        entry[field] = Number(extra.readBigUInt64LE(next))
        next += 8
      }
    }
  }

  /** @param {Entry} entry */
  #verify({ name, method, mode, offset, packed }) {
    if (name.startsWith('/') || name.split('/').includes('..') || /[\\:]|\p{Cc}/u.test(name)) {
      throw new InstallError(`${this.path} names a file outside the archive: '${name}'.`)
    }
    if ((mode & 0o170000) === 0o120000) {
      throw new InstallError(
        `${this.path} holds a symbolic link, which no libtorch does: '${name}'.`,
      )
    }
    if ((method !== 0 && method !== 8) || offset + packed > this.total) throw this.damaged(name)
  }
}
