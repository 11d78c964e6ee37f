import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { checkInteger, fail } from '../check.js'

/** What is known of the content of a file. */
export interface Expectation {
  /** sha256 in lower-case hex: all 64 digits, or at least the first 8. */
  readonly sha256?: string
  /** md5 in lower-case hex, 32 digits; enough against damage, not against malice. */
  readonly md5?: string
  /** Bytes. */
  readonly size?: number
}

/** Checks the form of an {@link Expectation}. */
export function checkExpectation(where: string, { sha256, md5, size }: Expectation): void {
  if (sha256 !== undefined && !/^[0-9a-f]{8,64}$/.test(sha256)) {
    fail(where, 'sha256', '8 to 64 lower-case hex digits', sha256)
  }
  if (md5 !== undefined && !/^[0-9a-f]{32}$/.test(md5)) {
    fail(where, 'md5', '32 lower-case hex digits', md5)
  }
  if (size !== undefined) checkInteger(where, 'size', size, { min: 0 })
}

/** Takes the bytes of a file as they pass, and tells in the end whether they are the ones expected. */
export class ContentCheck {
  private readonly sums: { name: string; expected: string; hash: Hash }[]
  private length = 0

  constructor(private readonly expectation: Expectation) {
    const { sha256, md5 } = expectation
    this.sums = Object.entries({ sha256, md5 }).flatMap(([name, expected]) =>
      expected === undefined ? [] : [{ name, expected, hash: createHash(name) }],
    )
  }

  update(bytes: Uint8Array): void {
    this.length += bytes.length
    for (const { hash } of this.sums) hash.update(bytes)
  }

  /** What is wrong, in words; undefined if nothing is. */
  problem(): string | undefined {
    const { size } = this.expectation
    if (size !== undefined && this.length !== size) {
      return `expected ${size} bytes, got ${this.length}`
    }
    for (const { name, expected, hash } of this.sums) {
      const actual = hash.copy().digest('hex')
      if (actual.startsWith(expected)) continue
      return `expected the ${name} ${expected}, got ${actual.slice(0, Math.max(expected.length, 16))}`
    }
    return undefined
  }
}

/**
 * Compares a file with what is known of it.
 *
 * @returns what is wrong, in words; undefined if nothing is; 'absent' if there is no file that can be read
 */
export async function checkFile(
  file: string,
  expectation: Expectation,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const check = new ContentCheck(expectation)
  try {
    const stats = await stat(file)
    if (!stats.isFile()) return 'absent'
    const { size, md5, sha256 } = expectation
    if (size !== undefined && stats.size !== size) {
      return `expected ${size} bytes, got ${stats.size}`
    }
    if (md5 === undefined && sha256 === undefined) return undefined
    for await (const bytes of createReadStream(file, { highWaterMark: 1 << 20, signal })) {
      check.update(bytes)
    }
  } catch {
    signal?.throwIfAborted()
    return 'absent' // not there or not readable
  }
  return check.problem()
}
