// The event loop goes on while a step runs.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const program = fileURLToPath(new URL('programs/ticks.ts', import.meta.url))

async function measure(): Promise<{ seconds: number; ticks: number; p99: number; worst: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', program])
  const { seconds, delays } = JSON.parse(stdout) as { seconds: number; delays: number[] }
  delays.sort((a, b) => a - b)
  return {
    seconds,
    ticks: delays.length,
    p99: delays[Math.ceil(0.99 * delays.length) - 1] ?? Number.NaN,
    worst: delays.at(-1) ?? Number.NaN,
  }
}

test('a 10 ms timer is at most 20 ms late in 99 % of its ticks during a step of two seconds', async (t) => {
  t.timeout(120_000)
  // Other processes may take the processors away: the best of three counts.
  for (let attempt = 1; ; attempt++) {
    const { seconds, ticks, p99, worst } = await measure()
    t.log(
      `${ticks} ticks in ${seconds.toFixed(1)} s, p99 ${p99.toFixed(1)} ms late, at worst ${worst.toFixed(1)} ms`,
    )
    if (p99 < 20 && ticks > 30 * seconds) return t.pass()
    if (attempt === 3) return t.fail(`p99 ${p99} ms`)
  }
})
