// The committed checkpoints: what is expected of each, and of its contents.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
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

let unpacked: string | undefined

/** Path of a committed checkpoint; of a large and repetitive one, which is kept packed, that of a copy. */
export function corpusPath(name: string): string {
  const file = fileURLToPath(new URL(name, folder))
  const packed = `${file}.gz`
  if (!existsSync(packed)) return file
  if (unpacked === undefined) {
    const created = mkdtempSync(path.join(tmpdir(), 'node-libtorch-corpus-'))
    process.once('exit', () => rmSync(created, { recursive: true, force: true }))
    unpacked = created
  }
  const copy = path.join(unpacked, path.basename(name))
  writeFileSync(copy, gunzipSync(readFileSync(packed)))
  return copy
}

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
