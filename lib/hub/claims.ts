// Temporary files and folders whose names tell who works on them, so that those of the dead can be told.

import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { threadId } from 'node:worker_threads'
import { isAbandoned } from '../checkpoint/atomic.js'

/** The paths that this thread works on. */
const active = new Set<string>()

/** The temporary paths for one purpose: `<folder>/<name>.<host>.<process>.<thread>.<random><ending>`. */
export class Claims {
  readonly #folder: string
  readonly #prefix: string
  readonly #ending: string

  constructor(folder: string, name: string, ending = '') {
    const host = hostname()
      .replace(/[^\w-]/g, '_')
      .slice(0, 64)
    this.#folder = folder
    this.#prefix = `${name}.${host}.`
    this.#ending = ending
  }

  /** A new path, which belongs to this thread until it is released. */
  take(): string {
    const owner = `${process.pid}.${threadId}.${randomBytes(6).toString('hex')}`
    const claimed = path.join(this.#folder, `${this.#prefix}${owner}${this.#ending}`)
    active.add(claimed)
    return claimed
  }

  /** The paths that nobody on this machine works on any more. */
  async abandoned(): Promise<string[]> {
    const found: string[] = []
    for (const name of await readdir(this.#folder)) {
      if (!name.startsWith(this.#prefix) || !name.endsWith(this.#ending)) continue
      const owner = name.slice(this.#prefix.length, name.length - this.#ending.length)
      const [, pid, thread] = /^(\d+)\.(\d+)\.[0-9a-f]{12}$/.exec(owner) ?? []
      const file = path.join(this.#folder, name)
      if (pid === undefined || active.has(file)) continue
      // Only a thread itself knows what it works on; other threads of the process may be at it still.
      const isOwn = Number(pid) === process.pid && Number(thread) === threadId
      if (isOwn || (await isAbandoned(file, Number(pid)))) found.push(file)
    }
    return found
  }
}

/** Ends the claim on a path that {@link Claims.take} gave. */
export const release = (claimed: string): void => void active.delete(claimed)
