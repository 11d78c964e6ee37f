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

const flags = ['--expose-gc', '--import=tsx']

/** Runs a program of the folder; `limit` in KB bounds the memory that it may allocate. */
async function measure(program: string, limit?: number): Promise<Report> {
  const node = [process.execPath, ...flags, `${programs}/${program}.ts`]
  const limited = ['sh', '-c', `ulimit -d ${limit}; exec "$@"`, 'sh', ...node]
  const [command, ...args] = limit === undefined ? node : limited
  const { stdout } = await run(command as string, args)
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

bounded('20,000 additions of 1 MB tensors without dispose stay under 600 MB', 'additions', 600)
bounded('four tasks that only await promises stay under 600 MB', 'tasks', 600)
bounded('views of 10,000 tensors, held by closures and cycles, stay under 800 MB', 'views', 800)
bounded('scopes free at once: 9,000 tensors of 1 MB under 400 MB', 'scopes', 400)
bounded('10,000 training steps of a small net without dispose stay under 400 MB', 'training', 400)
bounded('10,000 steps off the JS thread stay under 400 MB', 'steps', 400)
bounded('1,000 models with their optimizers stay under 600 MB', 'modules', 600)
bounded('hooks and custom functions go with their graphs, under 800 MB', 'hooks', 800)
// Without collections it would be 6 GB.
bounded('graphs that are never used for backward are collected too', 'graphs', 1200)
bounded('a budget bounds what V8 is not told of', 'budget', 600)

test('large gradients between collections do no harm', async (t) => {
  t.timeout(600_000)
  const { left } = await measure('collections')
  t.is(left, 0)
})

const onLinux = process.platform === 'linux' ? test : test.skip
onLinux(
  'where memory is exhausted, garbage is collected and the operation tried again',
  async (t) => {
    t.timeout(600_000)
    const { left } = await measure('exhausted', 10 << 20)
    t.is(left, 0)
  },
)
