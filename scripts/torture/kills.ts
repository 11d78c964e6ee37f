// Kills processes in the middle of checkpoint.save: every time the run must resume from a whole checkpoint, and nothing
// may be left over.
//
//   npm run torture -- kills [--count N] [--seed N]

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { killAndResume } from '../../test/checkpoint/support/kills.js'
import { SeededRandom } from './random.js'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
  },
})
const folder = await mkdtemp(path.join(tmpdir(), 'node-libtorch-kills-'))
try {
  const random = new SeededRandom(Number(values.seed))
  const report = await killAndResume(
    path.join(folder, 'run'),
    Number(values.count),
    () => random.next(),
    (done) => {
      if (done % 50 === 0) console.log(`${done} kills`)
    },
  )
  const { kills, loadable, interrupted, litter } = report
  console.log(
    `${kills} kills, ${interrupted} of them in the middle of a checkpoint: ${loadable} loadable, ` +
      `${litter.length} left over`,
  )
  if (litter.length > 0 || loadable !== kills) process.exitCode = 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
