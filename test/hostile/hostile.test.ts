// Every function with values that it does not expect: an error in JavaScript, never the end of the process. Each
// function meets some of the values; `npm run torture -- hostile` tries them all.

import test from 'ava'
import { type Attack, run } from './support/run.js'

const surfaces: [surface: Attack['surface'], share: number][] = [
  ['functions', 29],
  ['methods', 23],
  ['raw', 29],
]

for (const [surface, share] of surfaces) {
  test(`hostile values do no harm: ${surface}`, async (t) => {
    t.timeout(300_000)
    const { calls, refused, faults } = await run({
      surface,
      part: 0,
      parts: 1,
      share,
      timeoutMs: 240_000,
    })
    t.log(`${calls} calls, ${refused} refused`)
    t.deepEqual(faults, [])
    t.true(calls > 1000 && refused > calls / 10)
  })
}
