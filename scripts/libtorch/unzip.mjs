import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { crc32, createInflateRaw, inflateRaw } from 'node:zlib'
import { ZipArchive } from './zip-archive.mjs'

/** @typedef {import('./zip-archive.mjs').Entry} Entry */

const AT_ONCE = 16
const BUFFERED = 4 << 20 // larger files are streamed
const inflate = promisify(inflateRaw)

/**
 * Unpacks a zip file (wheels are zip files too). Sizes and CRC-32 of every file are checked.
 * @param {string} path
 * @param {string} target an existing folder
 * @param {(name: string) => boolean} wanted which files to unpack
 * @returns {Promise<number>} how many files were unpacked
 * @throws {import('../report.mjs').InstallError} when the archive is damaged or would write outside `target`
 */
export async function unzip(path, target, wanted) {
  return withArchive(path, async (archive) => {
    const entries = await archive.entries()
    const chosen = entries.filter(({ name }) => !name.endsWith('/') && wanted(name))
    for (const folder of new Set(chosen.map(({ name }) => dirname(name)))) {
      await mkdir(join(target, folder), { recursive: true })
    }
    // The largest first: it takes as long as all others together.
    const queue = chosen.sort((a, b) => a.packed - b.packed)
    const total = queue.length
    const worker = async () => {
      for (let entry = queue.pop(); entry; entry = queue.pop()) {
        await unpack(archive, entry, join(target, entry.name))
      }
    }
    const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return total
  })
}

/**
 * Reads the first file whose name matches, as text; `undefined` without one.
 * @param {string} path
 * @param {RegExp} pattern
 */
export async function readZipText(path, pattern) {
  return withArchive(path, async (archive) => {
    const entry = (await archive.entries()).find(({ name }) => pattern.test(name))
    return entry && (await readWhole(archive, entry)).toString('utf8')
  })
}

/**
 * @template T
 * @param {string} path
 * @param {(archive: ZipArchive) => Promise<T>} use
 */
async function withArchive(path, use) {
  const archive = await ZipArchive.open(path)
  try {
    return await use(archive)
  } finally {
    await archive.close()
  }
}

/** @param {ZipArchive} archive @param {Entry} entry @param {string} target */
async function unpack(archive, entry, target) {
  const mode = entry.mode & 0o111 ? 0o755 : 0o644
  if (entry.size <= BUFFERED && entry.packed <= BUFFERED) {
    await writeFile(target, await readWhole(archive, entry), { mode })
    return
  }
  if (entry.packed === 0) throw archive.damaged(entry.name)
  const start = await archive.dataOffset(entry)
  const end = start + entry.packed - 1
  const source = archive.file.createReadStream({ start, end, autoClose: false })
  const check = new Check(archive, entry)
  const sink = createWriteStream(target, { mode })
  if (entry.method === 0) {
    await pipeline(source, check, sink)
    return
  }
  try {
    await pipeline(source, createInflateRaw(), check, sink)
  } catch (error) {
    throw asDamage(error, archive, entry)
  }
}

/** @param {ZipArchive} archive @param {Entry} entry */
async function readWhole(archive, entry) {
  let data = await archive.readPacked(entry)
  if (entry.method === 8) {
    try {
      data = await inflate(data, { maxOutputLength: Math.max(entry.size, 1) })
    } catch (error) {
      throw asDamage(error, archive, entry)
    }
  }
  if (data.length !== entry.size || crc32(data) !== entry.crc) throw archive.damaged(entry.name)
  return data
}

/**
 * What zlib refuses, or inflates to more than announced, is a damaged archive.
 * @param {unknown} error @param {ZipArchive} archive @param {Entry} entry
 */
function asDamage(error, archive, entry) {
  const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? ''
  return /^Z_|^ERR_BUFFER_TOO_LARGE/.test(code) ? archive.damaged(entry.name) : error
}

/** Passes bytes on and fails unless they have the size and the CRC-32 that the archive announced. */
class Check extends Transform {
  #crc = 0
  #size = 0
  #archive
  #entry

  /** @param {ZipArchive} archive @param {Entry} entry */
  constructor(archive, entry) {
    super()
    this.#archive = archive
    this.#entry = entry
  }

  /** @override @type {Transform['_transform']} */
  _transform(chunk, _encoding, done) {
    this.#crc = crc32(chunk, this.#crc)
    this.#size += chunk.length
    if (this.#size > this.#entry.size) done(this.#archive.damaged(this.#entry.name))
    else done(null, chunk)
  }

  /** @override @type {Transform['_flush']} */
  _flush(done) {
    const whole = this.#size === this.#entry.size && this.#crc === this.#entry.crc
    done(whole ? null : this.#archive.damaged(this.#entry.name))
  }
}
