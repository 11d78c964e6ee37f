// The committed checkpoints: what is expected of each, and of its contents.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Entries, normalizeExpected } from './expected.js'

export type Expectation = 'load' | 'refuse' | 'may-refuse' | 'refuse-by-default'

/** One file of the corpus. */
export interface CorpusFile {
  readonly name: string
  readonly path: string
  readonly expect: Expectation
  readonly about: string
  /** Contents by path, where they are known. */
  readonly entries: Entries | undefined
  /** Versions of the module formats that its top dict carries. */
  readonly metadata: unknown
}

const folder = new URL('../data/', import.meta.url)

/** Path of a committed checkpoint. */
export const corpusPath = (name: string): string => fileURLToPath(new URL(name, folder))

function readExpected(): Map<string, Entries> {
  const lines = readFileSync(new URL('EXPECTED.jsonl', folder), 'utf8').trim().split('\n')
  return new Map(
    lines.map((line) => {
      const { file, entries } = JSON.parse(line) as { file: string; entries: Entries }
      return [file, entries]
    }),
  )
}

/** All committed checkpoints. */
export function readCorpus(): CorpusFile[] {
  const expected = readExpected()
  const lines = readFileSync(new URL('MANIFEST.tsv', folder), 'utf8').trim().split('\n')
  return lines.slice(1).map((line) => {
    const [name = '', expect, about = ''] = line.split('\t')
    const raw = expected.get(name)
    return {
      name,
      path: corpusPath(name),
      expect: expect as Expectation,
      about,
      entries: raw === undefined ? undefined : normalizeExpected(raw),
      metadata: raw?.['.']?._metadata,
    }
  })
}
