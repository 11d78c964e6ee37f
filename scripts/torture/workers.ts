// Starts workers by the thousand and ends them in every way, with live tensors, recorded graphs, shared and adopted
// tensors. At the end no handle and no byte may be left, and the resident memory must not have grown.
//
//   npm run torture -- workers [--rounds N] [--parallel N] [--seed N]

import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import v8 from 'node:v8'
import vm from 'node:vm'
import type { Worker } from 'node:worker_threads'
import { torch } from '../../lib/torch/index.js'
import { ended, message, run, startWorker } from '../../test/workers/support.js'
import { SeededRandom } from './random.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2000' },
    parallel: { type: 'string', default: '4' },
    seed: { type: 'string', default: '1' },
  },
})
const rounds = Number(values.rounds)
const parallel = Number(values.parallel)
const random = new SeededRandom(Number(values.seed))

/** Rounds that fill V8's and libtorch's caches before the first measurement. */
const WARM_UP = 100
/** Growth of the resident memory, in bytes per round, above which something leaks. */
const LIMIT = 20_000

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function share(worker: Worker, command: string, token?: bigint): Promise<bigint> {
  worker.postMessage([command, token])
  const { value, error } = await message<{ value?: unknown; error?: string }>(worker)
  if (error !== undefined) throw new Error(error)
  return value as bigint
}

/** Ways in which a worker lives and ends, by name. */
const lives: Record<string, () => Promise<void>> = {
  async 'trains and ends'() {
    await run('train')
  },
  async 'ends with live tensors'() {
    await run('state')
  },
  async exits() {
    const code = await ended(startWorker('exit'))
    if (code !== 7) throw new Error(`process.exit(7) gave ${code}`)
  },
  async 'is terminated at work'() {
    const worker = startWorker('endless', 'work')
    await message(worker)
    await sleep(random.below(20))
    await worker.terminate()
  },
  async 'is terminated while throwing'() {
    const worker = startWorker('endless', 'throw')
    await message(worker)
    await sleep(random.below(20))
    await worker.terminate()
  },
  async 'is terminated while loading'() {
    const worker = startWorker('state')
    await sleep(random.below(60))
    await worker.terminate()
  },
  async 'shares, adopts, and leaves tokens behind'() {
    const worker = startWorker('peer')
    await message(worker)
    using x = torch.arange(1000, { dtype: 'float32' })
    using back = torch.fromShared(await share(worker, 'addOne', x.share()))
    using far = torch.fromShared(await share(worker, 'jsMemory'))
    await share(worker, 'nativeMemory')
    const exit = ended(worker)
    if (random.below(2) === 0) worker.postMessage(['end'])
    else await worker.terminate()
    await exit
    if (back.add(far).sum().item() !== 1000 + 2 * 499500) throw new Error('wrong values')
  },
}

const names = Object.keys(lives)
const began = performance.now()
let resident = 0
let begun = 0
let done = 0

v8.setFlagsFromString('--expose-gc')
const collect: () => void = vm.runInNewContext('gc')

async function drain(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) {
    await setImmediate()
    collect()
  }
}

function report(): void {
  const { live, bytes } = torch.memory()
  const megabytes = (process.memoryUsage.rss() / 2 ** 20).toFixed(0)
  const seconds = ((performance.now() - began) / 1000).toFixed(0)
  console.log(
    `${done} rounds, ${seconds} s: ${megabytes} MB resident, ${live} live, ${bytes} bytes`,
  )
}

await Promise.all(names.map((name) => lives[name]?.()))
await drain()
const start = torch.memory()

async function lane(): Promise<void> {
  while (begun < rounds) {
    begun++
    const name = names[random.below(names.length)] as string
    await lives[name]?.()
    done++
    if (done === WARM_UP) resident = process.memoryUsage.rss()
    if (done % 100 === 0) report()
  }
}

await Promise.all(Array.from({ length: parallel }, lane))
await drain()
report()

const end = torch.memory()
const growth = (process.memoryUsage.rss() - resident) / Math.max(1, rounds - WARM_UP)
console.log(`growth of the resident memory: ${growth.toFixed(0)} bytes per round`)
if (end.live !== start.live || end.bytes !== start.bytes || growth > LIMIT) {
  console.error(`left: ${end.live - start.live} handles, ${end.bytes - start.bytes} bytes`)
  process.exitCode = 1
}
