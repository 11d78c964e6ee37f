import { formatBytes } from '../hub/progress.js'
import { refuse } from './error.js'

/** What an archive may unpack to at most: a small one can be made to fill any disk. */
export interface UnpackLimits {
  /** Files, folders and links. Default 5,000,000. */
  readonly maxEntries?: number
  /** Bytes of all files. Default 1 GiB, or a hundred times the archive's own size if that is more. */
  readonly maxBytes?: number
}

const MAX_ENTRIES = 5_000_000
const MAX_BYTES = 2 ** 30
const MAX_RATIO = 100

/** Counts what is unpacked, and ends it at the limit. */
export class Tally {
  entries = 0
  bytes = 0
  private overhead = 0
  private readonly maxEntries: number
  private readonly maxBytes: number

  constructor(archiveSize: number, { maxEntries, maxBytes }: UnpackLimits) {
    this.maxEntries = maxEntries ?? MAX_ENTRIES
    this.maxBytes = maxBytes ?? Math.max(MAX_BYTES, MAX_RATIO * archiveSize)
  }

  addEntry(): void {
    this.entries++
    if (this.entries > this.maxEntries) {
      refuse(`holds more than ${this.maxEntries} entries (option maxEntries)`)
    }
  }

  /** Counts the bytes of files. */
  addBytes(count: number): void {
    this.bytes += count
    this.checkBytes()
  }

  /** Counts bytes between files, which are not written, but take time to unpack. */
  addOverhead(count: number): void {
    this.overhead += count
    this.checkBytes()
  }

  private checkBytes(): void {
    if (this.bytes + this.overhead > this.maxBytes) {
      refuse(`unpacks to more than ${formatBytes(this.maxBytes)} (option maxBytes)`)
    }
  }
}
