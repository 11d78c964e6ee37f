// Files that go from Python to this library and back.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type CheckpointValue, load, type Savable, save } from '../../lib/checkpoint/index.js'
import { start } from './python.js'
import type { Frame } from './recording.js'

/** What Python finds in a file of ours: `differs` is null for what Python has too, `close` for what is near it. */
export interface Finding {
  readonly op: string
  readonly dtype: string
  readonly index: number
  /** What exceptions may name besides: the implementation of an optimizer. */
  readonly variant: string
  readonly differs: string | null
}

/** Reads the file of a frame, and hands ours to Python. */
export class Exchange {
  readonly #folder: string
  readonly #verifier: ReturnType<typeof start>
  readonly #findings: Finding[] = []
  readonly #read: Promise<void>
  #count = 0

  private constructor(folder: string, section: string) {
    this.#folder = folder
    this.#verifier = start('verify.py', [section])
    const lines = createInterface({ input: this.#verifier.child.stdout })
    this.#read = new Promise((resolve) => lines.on('close', resolve))
    lines.on('line', (line) => this.#findings.push(JSON.parse(line)))
  }

  /** Begins the exchange of a section. */
  static async begin(section: string): Promise<Exchange> {
    return new Exchange(await mkdtemp(join(tmpdir(), 'node-libtorch-parity-')), section)
  }

  /** What Python has saved for the samples of a frame, by their index. */
  async read({ file, payload }: Frame<unknown>): Promise<ReadonlyMap<number, CheckpointValue>> {
    if (file === undefined) return new Map()
    const path = join(this.#folder, 'theirs.pth')
    await writeFile(path, payload.subarray(file.at, file.at + file.bytes))
    return (await load(path)) as ReadonlyMap<number, CheckpointValue>
  }

  /** Saves what Python shall find in the samples of a frame, by their index. */
  async give({ op, dtype }: Frame<unknown>, values: ReadonlyMap<number, Savable>): Promise<void> {
    if (values.size === 0) return
    const path = join(this.#folder, `ours-${this.#count++}.pth`)
    await save(values, path)
    this.#verifier.child.stdin.write(`${JSON.stringify({ op, dtype, path })}\n`)
  }

  /** All that Python has found; the exchange is over. */
  async end(): Promise<readonly Finding[]> {
    this.#verifier.child.stdin.end()
    await Promise.all([this.#verifier.ended, this.#read])
    await rm(this.#folder, { recursive: true })
    return this.#findings
  }
}
