// Damaged checkpoints do no harm. `npm run torture -- checkpoints` takes 200,000 of them.
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { tortureCheckpoints } from '../../scripts/torture/checkpoint-mutations.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

test('800 damaged files are loaded or refused, alike from memory and from a file', async (t) => {
  const corpus = fileURLToPath(new URL('data', import.meta.url))
  const report = await tortureCheckpoints({ count: 800, seed: 1, makeTensors: true, corpus })
  t.is(report.loaded + report.refused, 800)
  t.true(report.loaded > 5 && report.refused > 600, JSON.stringify(report))
})
