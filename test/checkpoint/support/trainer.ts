// Run by resume.test.ts: trains a small net for 100 steps with each of two optimizers, in one go (`straight`), up to a
// death after the checkpoint of step 50 (`first`), or from that checkpoint on (`second`), and prints where it ends.
import { createHash } from 'node:crypto'
import path from 'node:path'
import { checkpoint } from '../../../lib/checkpoint/index.js'
import { dataloader } from '../../../lib/data/index.js'
import * as lr from '../../../lib/lr/index.js'
import * as nn from '../../../lib/nn/index.js'
import * as optim from '../../../lib/optim/index.js'
import { torch } from '../../../lib/torch/index.js'
import { Tensor } from '../../../lib/torch/tensor.js'

const STEPS = 100
const SAVED = 50
const DEATH = 57
const SAMPLES = 60 // no multiple of the batch, so that the checkpoint falls into the middle of an epoch
const BATCH = 8

const [mode = '', folder = ''] = process.argv.slice(2)

const optimizers = {
  sgd: (params: Tensor[]) => optim.sgd(params, { lr: 0.05, momentum: 0.9 }),
  adamw: (params: Tensor[]) => optim.adamw(params, { lr: 0.01 }),
}

class Net extends nn.Module {
  readonly first = nn.linear(6, 16)
  readonly norm = nn.batchNorm1d(16)
  readonly drop = nn.dropout(0.4)
  readonly last = nn.linear(16, 3)

  override forward(x: Tensor): Tensor {
    return this.last(this.drop(this.norm(this.first(x)).relu()))
  }
}

/** A digest of any nest of tensors and plain data, in order. */
function digest(root: unknown): string {
  const hash = createHash('sha256')
  const add = (value: unknown): void => {
    if (value instanceof Tensor)
      hash.update(`${value.dtype} ${value.shape}`).update(value.toBytes())
    else if (value instanceof Map) for (const entry of value) entry.forEach(add)
    else if (typeof value === 'object' && value !== null) Object.entries(value).flat().forEach(add)
    else hash.update(String(value))
  }
  add(root)
  return hash.digest('hex')
}

async function train(name: keyof typeof optimizers): Promise<object> {
  // What goes on from the checkpoint must not depend on what the process began with.
  torch.manualSeed(mode === 'second' ? 999 : 1)
  const features = torch.linspace(-1, 1, SAMPLES * 6).reshape([SAMPLES, 6])
  const samples = Array.from({ length: SAMPLES }, (_, i) => [features.select(0, i), i % 3, i])
  const model = new Net()
  const optimizer = optimizers[name](model.parameters())
  const scheduler = lr.oneCycle(optimizer, { maxLr: 0.05, totalSteps: STEPS })
  const loader = dataloader(samples as [Tensor, number, number][], {
    batchSize: BATCH,
    shuffle: true,
  })
  const run = path.join(folder, name)
  const parts = { model, optimizer, scheduler, loader }
  const resumed = mode === 'second' ? await checkpoint.resume(run, parts) : null
  if (mode === 'second' && resumed?.step !== SAVED) throw new Error('there is no checkpoint')
  const order = (resumed?.user as number[] | undefined) ?? []
  let step = resumed?.step ?? 0
  let durable: Promise<unknown> | undefined
  while (step < STEPS) {
    for await (const [x, y, index] of loader) {
      optimizer.zeroGrad()
      nn.functional.crossEntropy(model(x), y.to('int64')).backward()
      optimizer.step()
      scheduler.step()
      order.push(...(index.toArray() as number[]))
      step++
      if (mode === 'first' && step === SAVED) {
        const saved = await checkpoint.save(
          run,
          { ...parts, step, user: order },
          { background: true },
        )
        durable = saved.durable
      }
      if (step === STEPS || (mode === 'first' && step === DEATH)) break
    }
    if (mode === 'first' && step === DEATH) break
  }
  await durable
  return {
    weights: digest(model.stateDict()),
    optimizer: digest(optimizer.stateDict()),
    scheduler: digest(scheduler.stateDict()),
    lastLr: scheduler.lastLr,
    random: digest(torch.getRngState()),
    order,
  }
}

const results: Record<string, object> = {}
for (const name of Object.keys(optimizers) as (keyof typeof optimizers)[]) {
  results[name] = await train(name)
}
if (mode === 'first') process.kill(process.pid, 'SIGKILL')
process.stdout.write(JSON.stringify(results))
