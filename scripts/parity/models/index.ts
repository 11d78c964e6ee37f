// The part `models` of the parity suite: every network against torchvision, where Python has it, else against the
// committed goldens.

import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { models } from '../../../lib/vision/index.js'
import { differences, type Measures, measure } from './measure.js'

interface Encoded {
  readonly data: string
}
/** A row of test/goldens/models.json. */
export type Row = Omit<Measures, 'eval' | 'train'> & {
  readonly eval: Encoded
  readonly train: Encoded
}

/** A row of the goldens, its logits as numbers. */
export function measuresOf(row: Row): Measures {
  const numbers = ({ data }: Encoded): number[] => [
    ...new Float32Array(Uint8Array.from(Buffer.from(data, 'base64')).buffer),
  ]
  return { ...row, eval: numbers(row.eval), train: numbers(row.train) }
}

/** What the networks are compared with. */
interface Source {
  readonly description: string
  measures(name: string): Promise<Measures | undefined>
  close(): void
}

function committed(): Source {
  const file = new URL('../../../test/goldens/models.json', import.meta.url)
  const rows = (JSON.parse(readFileSync(file, 'utf8')) as { models: Row[] }).models
  const known = new Map(rows.map((row) => [row.name, measuresOf(row)]))
  return {
    description: 'the committed goldens, since Python has no torchvision here',
    measures: async (name) => known.get(name),
    close: () => {},
  }
}

/** Python's torchvision; undefined where there is none. */
async function torchvision(): Promise<Source | undefined> {
  const script = fileURLToPath(new URL('compute.py', import.meta.url))
  const child = spawn(process.env.PYTHON ?? 'python3', [script], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.on('error', () => {})
  child.stdin.on('error', () => {})
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const first = await lines.next()
  if (first.done === true) return undefined
  const names = new Set(JSON.parse(first.value) as string[])
  return {
    description: "Python's torchvision",
    measures: async (name) => {
      if (!names.has(name)) return undefined
      child.stdin.write(`${name}\n`)
      const { value } = await lines.next()
      return value === undefined ? undefined : measuresOf(JSON.parse(value) as Row)
    },
    close: () => {
      child.stdin.end()
    },
  }
}

/**
 * Compares the networks of the given names, or all, one at a time, since some are large. Prints a line for
 * each; returns whether all are the same.
 */
export async function compareModels(given: readonly string[]): Promise<boolean> {
  const names = given.length === 0 ? models.list() : given
  const source = (await torchvision()) ?? committed()
  console.log(`compared with ${source.description}`)
  let failures = 0
  for (const name of names) {
    const expected = await source.measures(name)
    const found =
      expected === undefined
        ? ['nothing to compare with']
        : differences(await measure(name, expected.size), expected)
    if (found.length > 0) failures++
    console.log(
      `${name.padEnd(20)} ${found.length === 0 ? 'equal' : `DIFFERS: ${found.join(', ')}`}`,
    )
  }
  source.close()
  console.log(`${names.length - failures} of ${names.length} networks are torchvision's`)
  return failures === 0
}
