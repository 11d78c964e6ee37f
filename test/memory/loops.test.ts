// Plain loops stay bounded without any help. Each runs in a process of its own, whose memory it measures.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const run = promisify(execFile)
const programs = fileURLToPath(new URL('programs', import.meta.url))

interface Report {
  /** Peak of the resident memory, in MB. */
  peak: number
  /** Live handles at the end, after a garbage collection, above those at the start. */
  left: number
}

async function measure(program: string): Promise<Report> {
  const { stdout } = await run(process.execPath, [
    '--expose-gc',
    '--import=tsx',
    `${programs}/${program}.ts`,
  ])
  return JSON.parse(stdout) as Report
}

/** A program whose peak stays below `ceiling` MB, and which leaves no handle. */
function bounded(title: string, program: string, ceiling: number): void {
  test(title, async (t) => {
    t.timeout(600_000)
    const { peak, left } = await measure(program)
    t.log(`peak ${peak} MB`)
    t.true(peak < ceiling, `peak ${peak} MB`)
    t.is(left, 0)
  })
}

bounded('200,000 additions of 1 MB tensors without dispose stay under 600 MB', 'additions', 600)
bounded('10,000 training steps of a small net without dispose stay under 400 MB', 'training', 400)
// Without collections it would be 6 GB.
bounded('graphs that are never used for backward are collected too', 'graphs', 1200)

test('large gradients between collections do no harm', async (t) => {
  t.timeout(600_000)
  const { left } = await measure('collections')
  t.is(left, 0)
})
