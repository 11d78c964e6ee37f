// Every operator that PyTorch has samples for, on a few of them: the committed part of what `npm run parity` compares.

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import { OPERATORS } from '../../scripts/parity/exceptions.js'
import { type Frame, readRecording } from '../../scripts/parity/recording.js'
import { replay } from '../../scripts/parity/replay.js'
import { mismatches } from '../../scripts/parity/report.js'
import { Tally, total } from '../../scripts/parity/tally.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

/** The recording comes from a CPU with AVX512; others sum in another order, which an ill-conditioned matrix makes much of. */
const SLACK = 2000

/** Samples are deprecated functions and edge cases, at which PyTorch warns as it should. */
process.removeAllListeners('warning')

const file = new URL('../goldens/parity.bin.gz', import.meta.url)
const frames: Frame[] = []

test.before(async () => {
  torch.setNumThreads(1)
  for await (const frame of readRecording([gunzipSync(readFileSync(file))])) frames.push(frame)
})

for (const dtype of ['float32', 'int64', 'bool', 'complex64', 'errors']) {
  const title = dtype === 'errors' ? 'what PyTorch refuses is refused' : `${dtype} as in PyTorch`
  test.serial(title, (t) => {
    const tally = new Tally(OPERATORS)
    for (const frame of frames.filter((candidate) => candidate.dtype === dtype)) {
      for (const sample of frame.samples) {
        tally.add(frame, { index: sample.index, outcome: replay(sample, frame, SLACK) })
      }
    }
    t.is(mismatches(tally.unexplained), '')
    const [results] = tally.figures
    if (results === undefined) return t.fail('there are no samples')
    t.true(results.ops.size > 150 && total(results.counts) > 400)
    t.log(`${total(results.counts)} samples`)
  })
}
