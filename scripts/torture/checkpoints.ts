// Feeds the checkpoint readers files that a seed has damaged. Each must end in a value or a CheckpointError, soon
// and in little memory; what is loaded must lie inside its storages.
//
//   npm run torture -- checkpoints [--count N] [--seed N] [--no-tensors] [--corpus FOLDER]

import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { tortureCheckpoints } from './checkpoint-mutations.js'

const { values } = parseArgs({
  allowNegative: true,
  options: {
    count: { type: 'string', default: '200000' },
    seed: { type: 'string', default: '1' },
    tensors: { type: 'boolean', default: true },
    corpus: {
      type: 'string',
      default: fileURLToPath(new URL('../../test/checkpoint/data', import.meta.url)),
    },
  },
})
const { loaded, refused, slowest } = await tortureCheckpoints({
  count: Number(values.count),
  seed: Number(values.seed),
  makeTensors: values.tensors,
  corpus: values.corpus,
})
const rss = (process.resourceUsage().maxRSS / 1024).toFixed(0)
console.log(
  `${loaded + refused} damaged files: ${loaded} loaded, ${refused} refused; ` +
    `slowest ${slowest.toFixed(0)} ms, at most ${rss} MB of memory`,
)
