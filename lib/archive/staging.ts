import { createWriteStream } from 'node:fs'
import { link, mkdir, realpath, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { quote } from '../checkpoint/error.js'
import { partsOf } from './entry-path.js'
import { refuse } from './error.js'
import type { Tally } from './limits.js'

/** Files up to this size are written in the background while the next is read. */
const SMALL = 1 << 20
const AT_ONCE = 16

interface PendingLink {
  readonly name: string
  readonly place: string
  /** The path that the link leads to; other links may be on the way. */
  readonly target: string
  /** Makes the link, to a file or folder whose true path is `real`. */
  create(real: string): Promise<void>
}

/**
 * A new folder that an archive is unpacked into. No link is made before every file is written: nothing is
 * ever written through one.
 */
export class Staging {
  private readonly folders = new Map<string, Promise<unknown>>()
  private readonly links: PendingLink[] = []
  private readonly writing = new Set<Promise<void>>()
  private failure: { readonly error: unknown } | undefined

  constructor(
    private readonly root: string,
    readonly tally: Tally,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Makes a folder, if it is not there. */
  async folder(name: string): Promise<void> {
    this.begin()
    await this.ensure(path.join(this.root, ...partsOf(name)), name)
  }

  /** Writes a file of `size` bytes. */
  async file(name: string, size: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    const place = await this.placeOf(name)
    const options = { flag: 'wx', mode: 0o644, signal: this.signal }
    if (size > SMALL) {
      const sink = createWriteStream(place, { ...options, flags: 'wx' })
      await pipeline(this.counted(body), sink).catch((error) => refuseTwice(error, name))
      return
    }
    const pieces: Uint8Array[] = []
    for await (const piece of this.counted(body)) pieces.push(piece)
    const bytes = pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces)
    await this.inBackground(
      writeFile(place, bytes, options).catch((error) => refuseTwice(error, name)),
    )
  }

  /** Notes a symbolic link to `target`, a path relative to the link. */
  symbolicLink(name: string, target: string): void {
    const parts = this.linkParts(name)
    const place = path.join(this.root, ...parts)
    // A step up behind another link would lead elsewhere than it seems to.
    const stepsUpLater = /(?:^|\/)(?!\.\.?(?:\/|$))[^/]+\/(?:.*\/)?\.\.(?:\/|$)/.test(target)
    if (target === '' || path.isAbsolute(target) || /[\0\\]/.test(target) || stepsUpLater) {
      refuse(`holds a link out of its folder: ${quote(name)} to ${quote(target)}`)
    }
    const leadsTo = path.resolve(path.dirname(place), target)
    this.links.push({ name, place, target: leadsTo, create: () => symlink(target, place) })
  }

  /** Notes a second name for the file `target`, a path in the archive. */
  hardLink(name: string, target: string): void {
    const place = path.join(this.root, ...this.linkParts(name))
    const leadsTo = path.join(this.root, ...partsOf(target))
    this.links.push({ name, place, target: leadsTo, create: (real) => link(real, place) })
  }

  /** Waits until everything is written, and makes the links. */
  async finish(): Promise<void> {
    await Promise.all(this.writing)
    this.throwFailure()
    await this.makeLinks()
  }

  /** Waits until nothing is being written any more, for whoever wants to remove the folder. */
  async settle(): Promise<void> {
    await Promise.allSettled([...this.writing, ...this.folders.values()])
  }

  /**
   * Links to links come after what they lead to. Each is made only when its target is there and lies in the
   * folder, with all links on the way followed; what is there never changes, so it stays there.
   */
  private async makeLinks(): Promise<void> {
    const root = await realpath(this.root)
    let waiting = this.links
    while (waiting.length > 0) {
      const left: PendingLink[] = []
      for (const pending of waiting) {
        const { name, place, target, create } = pending
        const real = await realpath(target).catch(() => undefined)
        if (real === undefined) {
          left.push(pending)
          continue
        }
        if (real !== root && !real.startsWith(root + path.sep)) {
          refuse(`holds a link out of its folder: ${quote(name)}`)
        }
        await this.ensure(path.dirname(place), name)
        const folder = path.join(root, path.relative(this.root, path.dirname(place)))
        if ((await realpath(folder)) !== folder)
          refuse(`holds an entry behind a link: ${quote(name)}`)
        await create(real).catch((error) => refuseTwice(error, name))
      }
      const [first] = left
      if (left.length === waiting.length && first !== undefined) {
        refuse(`holds a link to nothing in its folder: ${quote(first.name)}`)
      }
      waiting = left
    }
  }

  private linkParts(name: string): string[] {
    this.begin()
    const parts = partsOf(name)
    return parts.length > 0 ? parts : refuse(`holds a link with the name ${quote(name)}`)
  }

  /** Where a file goes; its folder is made. */
  private async placeOf(name: string): Promise<string> {
    this.begin()
    const parts = partsOf(name)
    if (parts.length === 0 || name.endsWith('/'))
      refuse(`holds a file with the name ${quote(name)}`)
    const place = path.join(this.root, ...parts)
    await this.ensure(path.dirname(place), name)
    return place
  }

  private begin(): void {
    this.signal?.throwIfAborted()
    this.throwFailure()
    this.tally.addEntry()
  }

  private async ensure(folder: string, name: string): Promise<void> {
    const known = this.folders.get(folder)
    if (known !== undefined) return void (await known)
    const making = mkdir(folder, { recursive: true, mode: 0o755 }).catch((error) =>
      refuseTwice(error, name),
    )
    this.folders.set(folder, making)
    await making
  }

  private async *counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of body) {
      this.signal?.throwIfAborted()
      this.tally.addBytes(piece.length)
      yield piece
    }
  }

  private async inBackground(work: Promise<void>): Promise<void> {
    const settled = work.then(
      () => {},
      (error) => {
        this.failure ??= { error }
      },
    )
    this.writing.add(settled)
    void settled.then(() => this.writing.delete(settled))
    if (this.writing.size >= AT_ONCE) await Promise.race(this.writing)
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure.error
  }
}

/** Two entries for one place mean that one of them would be lost, or that it is a folder and a file. */
function refuseTwice(error: unknown, name: string): never {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR') {
    refuse(`holds two entries for one place: ${quote(name)}`)
  }
  throw error
}
