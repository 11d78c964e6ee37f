import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import {
  type FileHandle,
  open,
  readFile,
  rename,
  statfs,
  unlink,
  writeFile,
} from 'node:fs/promises'
import path from 'node:path'
import { syncFolder } from '../checkpoint/atomic.js'
import { ContentCheck, type Expectation } from './checksum.js'
import { Claims, release } from './claims.js'

const digest = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12)

/**
 * The file beside the target into which a download goes: `.<name>.<url>.<owner>.part`, see {@link Claims}.
 * Each download has its own, so that two at once do not meet; one that a dead process left is taken over, and
 * the download goes on where that stopped. Beside it lies a note of what the server called the content.
 */
export class PartFile {
  /** Bytes so far. */
  length = 0
  /** The server's name for this version of the content: an ETag, or a date. */
  validator: string | undefined
  private check: ContentCheck

  private constructor(
    readonly file: string,
    private readonly handle: FileHandle,
    private readonly expectation: Expectation,
  ) {
    this.check = new ContentCheck(expectation)
  }

  /** Takes over an abandoned part, or begins a new one. */
  static async claim(target: string, url: string, expectation: Expectation): Promise<PartFile> {
    // File systems count the bytes of a name, and the whole name must stay below 255 of them.
    const name = path
      .basename(target)
      .replace(/[^\w.-]/g, '_')
      .slice(0, 100)
    const claims = new Claims(path.dirname(target), `.${name}.${digest(url)}`, '.part')
    const file = claims.take()
    try {
      const validator = await adopt(await claims.abandoned(), file)
      const part = new PartFile(file, await open(file, 'a+', 0o666), expectation)
      if (validator === undefined) await part.restart()
      else await part.resume(validator)
      return part
    } catch (error) {
      release(file)
      throw error
    }
  }

  /** How the bytes so far differ from what is expected of the whole file. */
  problem(): string | undefined {
    return this.check.problem()
  }

  /** Whether the disk has room for so many more bytes, as far as it tells. */
  async hasRoomFor(bytes: number): Promise<boolean> {
    const stats = await statfs(path.dirname(this.file)).catch(() => undefined)
    return stats === undefined || stats.blocks === 0 || stats.bavail * stats.bsize >= bytes
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.handle.write(bytes, done)
      // At once: when the disk is full, what was written before still counts.
      this.check.update(bytes.subarray(done, done + bytesWritten))
      this.length += bytesWritten
      done += bytesWritten
    }
  }

  /** Forgets all bytes. */
  async restart(): Promise<void> {
    await this.handle.truncate(0)
    this.check = new ContentCheck(this.expectation)
    this.length = 0
    this.validator = undefined
  }

  /** Notes what the server calls the content, for whoever goes on with this part. */
  async setValidator(validator: string | undefined): Promise<void> {
    if (validator === this.validator) return
    this.validator = validator
    if (validator === undefined) await removeIfThere(noteOf(this.file))
    else await writeFile(noteOf(this.file), validator)
  }

  /** Puts the whole file in its place. */
  async finish(target: string): Promise<void> {
    await this.handle.sync()
    await this.close()
    await rename(this.file, target)
    await removeIfThere(noteOf(this.file))
    await syncFolder(path.dirname(target))
  }

  /** Leaves the part for a later download to go on with. */
  async keep(): Promise<void> {
    await this.close()
    if (this.length === 0 || this.validator === undefined) await removeBoth(this.file)
  }

  /** Throws the part away. */
  async discard(): Promise<void> {
    await this.close()
    await removeBoth(this.file)
  }

  private async close(): Promise<void> {
    release(this.file)
    await this.handle.close()
  }

  private async resume(validator: string): Promise<void> {
    for await (const bytes of createReadStream(this.file)) {
      this.check.update(bytes)
      this.length += bytes.length
    }
    this.validator = validator
  }
}

const noteOf = (part: string): string => `${part}.etag`

/** Renames one abandoned part to `own`, and removes the others; returns its validator. */
async function adopt(abandoned: readonly string[], own: string): Promise<string | undefined> {
  let validator: string | undefined
  for (const file of abandoned) {
    validator ??= await takeOver(file, own)
    await removeBoth(file)
  }
  return validator
}

async function takeOver(file: string, own: string): Promise<string | undefined> {
  try {
    const validator = await readFile(noteOf(file), 'utf8')
    await rename(file, own) // fails if another process was quicker
    await writeFile(noteOf(own), validator)
    return validator
  } catch {
    return undefined
  }
}

async function removeBoth(part: string): Promise<void> {
  await removeIfThere(part)
  await removeIfThere(noteOf(part))
}

async function removeIfThere(file: string): Promise<void> {
  await unlink(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
}
