// Run by kills.ts, which kills it: saves a checkpoint of equal numbers, again and again, now in the background, now not.
import { checkpoint } from '../../../lib/checkpoint/index.js'
import { torch } from '../../../lib/torch/index.js'
import { saverParts } from './saver-parts.js'

const [run = '', seed = '0'] = process.argv.slice(2)
const { model, optimizer, fill } = saverParts()
const resumed = await checkpoint.resume(run, { model, optimizer })
torch.manualSeed(Number(seed))
for (let step = (resumed?.step ?? 0) + 1; ; step++) {
  fill(step)
  process.stdout.write('.')
  const state = { model, optimizer, step, metric: step % 7, user: { step } }
  const keep = { keepLast: 2, keepBest: 1 }
  if (step % 2 === 0) await checkpoint.save(run, state, keep)
  else await checkpoint.save(run, state, { ...keep, background: true })
}
