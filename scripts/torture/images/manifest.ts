import { readFileSync } from 'node:fs'
import path from 'node:path'

/** What is known of a file of a folder of hostile pictures. */
export interface Listed {
  readonly file: string
  /** `ok`, `odd` or `corrupt`. */
  readonly kind: string
  /** Whether Pillow decodes it. */
  readonly decodes: boolean
  /** What Pillow says of it. */
  readonly says: string
  readonly notes: string
  /** SHA-256 of its first frame as red, green, blue and alpha, where that is exact. */
  readonly hash: string | undefined
}

/** The files that `MANIFEST.tsv` of a folder lists. */
export function readManifest(folder: string): Listed[] {
  const [head = '', ...lines] = readFileSync(path.join(folder, 'MANIFEST.tsv'), 'utf8')
    .trimEnd()
    .split('\n')
  const columns = head.split('\t')
  return lines.map((line) => {
    const words = line.split('\t')
    const at = (name: string): string => words[columns.indexOf(name)] ?? ''
    const hash = at('rgba_sha256')
    return {
      file: at('file'),
      kind: at('kind'),
      decodes: at('pillow') === 'decodes',
      says: at('pillow_says'),
      notes: at('notes'),
      hash: /^[0-9a-f]{64}$/.test(hash) ? hash : undefined,
    }
  })
}
