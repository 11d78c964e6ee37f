import { checkInteger, checkOptions, checkString, fail } from '../../check.js'
import { type ImageInput, native, type RawCacheHandle } from '../../native.js'
import { reply } from '../../torch/frame.js'
import { warnOnce } from '../../warn.js'

/** Where decoded pictures are kept, and how many; see the option `cache`. */
export interface RawCacheOptions {
  kind: 'raw'
  /** The most bytes of pixels, four for each. Default: half of the memory that is free when the first picture is kept. */
  maxBytes?: number
  /** The path of a file to keep them in, in place of memory. It is made, and is gone when the process has ended. */
  file?: string
}

/** How the pictures of a data set are kept from epoch to epoch. */
export type CacheOption = 'raw' | RawCacheOptions

/** Reads the option `cache`. */
export function checkCacheOption(where: string, cache: unknown): RawCacheOptions {
  if (cache === 'raw') return { kind: 'raw' }
  if (typeof cache !== 'object' || cache === null) {
    fail(where, 'cache', "'raw' or { kind: 'raw', maxBytes, file }", cache)
  }
  const checked = checkOptions(where, cache as RawCacheOptions, ['kind', 'maxBytes', 'file'])
  if (checked.kind !== 'raw') fail(where, 'cache.kind', "'raw'", checked.kind)
  if (checked.maxBytes !== undefined) {
    checkInteger(where, 'cache.maxBytes', checked.maxBytes, { min: 0 })
  }
  if (checked.file !== undefined) checkString(where, 'cache.file', checked.file)
  return checked
}

/** What a {@link RawCache} holds. */
export interface RawCacheState {
  readonly pictures: number
  readonly bytes: number
  /** Whether a picture found no room. */
  readonly full: boolean
}

/**
 * The decoded pictures of a data set. The loader's threads fill it as they come to a picture for the
 * first time; those that find no room are decoded again each time. Its memory goes with it.
 */
export class RawCache {
  readonly #pictures: number
  readonly #options: RawCacheOptions
  #handle: RawCacheHandle | undefined
  #warned = false

  constructor(pictures: number, options: RawCacheOptions) {
    this.#pictures = pictures
    this.#options = options
  }

  /** A picture by way of the cache. */
  source(index: number, picture: ImageInput): ImageInput {
    this.#handle ??= this.#create()
    if (!this.#warned) this.#warnIfFull()
    return [this.#handle, index, picture]
  }

  get state(): RawCacheState {
    if (this.#handle === undefined) return { pictures: 0, bytes: 0, full: false }
    native.rawCacheState(this.#handle)
    const [pictures = 0, bytes = 0, full = 0] = reply
    return { pictures, bytes, full: full === 1 }
  }

  #create(): RawCacheHandle {
    const { maxBytes = Math.floor(process.availableMemory() / 2), file = '' } = this.#options
    return native.createRawCache(this.#pictures, maxBytes, file)
  }

  #warnIfFull(): void {
    const { full, pictures, bytes } = this.state
    if (!full) return
    this.#warned = true
    warnOnce(
      `cache: 'raw': ${pictures} of ${this.#pictures} pictures fit into its ${bytes} bytes; the others are decoded in every epoch (option cache: { kind: 'raw', maxBytes })`,
    )
  }
}
