// Run by run-failures.test.ts under a limit on the size of files: what becomes of a checkpoint whose first file is too
// large, of one whose second is, and of one that fits.
import { readdir } from 'node:fs/promises'
import { checkpoint } from '../../../lib/checkpoint/index.js'
import * as nn from '../../../lib/nn/index.js'
import { torch } from '../../../lib/torch/index.js'

const [run = ''] = process.argv.slice(2)
const model = nn.linear(2, 2)
const states = [
  { model: nn.linear(200, 200) },
  { model, user: { numbers: torch.zeros([20_000]) } },
  { model, step: 2 },
]
for (const state of states) {
  let outcome = 'saved'
  try {
    await checkpoint.save(run, state)
  } catch (error) {
    outcome = String(error)
  }
  const files = (await readdir(run)).sort()
  process.stdout.write(`${outcome}; ${files.join(' ')}\n`)
}
