// checkpoint.save and checkpoint.resume: what is kept, under which names, and what comes back.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import { gradScaler } from '../../lib/amp/index.js'
import { CheckpointError, checkpoint, loadTensors } from '../../lib/checkpoint/index.js'
import { dataloader } from '../../lib/data/index.js'
import * as lr from '../../lib/lr/index.js'
import * as nn from '../../lib/nn/index.js'
import * as optim from '../../lib/optim/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { temporaryFolder } from './support/folder.js'

expectNoLiveTensors(test)

const weightOf = (model: nn.Module): Tensor => model.parameters()[0] as Tensor
const holding = (value: number): nn.Module => {
  const model = nn.linear(2, 2)
  torch.noGrad(() => model.parameters().forEach((parameter) => void parameter.fill_(value)))
  return model
}
const isDisposed = (tensor: Tensor): boolean => String(tensor) === 'tensor(<disposed>)'
const levelOf = (model: nn.Module): number => weightOf(model).max().item() as number

test.serial('a checkpoint is a folder of files that Python reads', async (t) => {
  const run = await temporaryFolder(t)
  const model = holding(3)
  const saved = await checkpoint.save(run, { model, step: 7, metric: 0.5 })
  t.is(saved.path, path.join(run, 'checkpoint-000001'))
  t.deepEqual((await readdir(saved.path)).sort(), ['checkpoint.json', 'model.pth', 'training.pth'])
  const tensors = await loadTensors(path.join(saved.path, 'model.pth'))
  t.deepEqual([...tensors.keys()], ['weight', 'bias'])
  t.deepEqual(tensors.get('bias')?.toArray(), [3, 3])
  const { checkpoint: manifest } = JSON.parse(
    await readFile(path.join(saved.path, 'checkpoint.json'), 'utf8'),
  )
  t.like(manifest, { version: 1, step: 7, metric: 0.5, parts: { model: true } })
  t.deepEqual(await checkpoint.list(run), [saved])
})

test.serial('without a checkpoint nothing is resumed', async (t) => {
  const run = path.join(await temporaryFolder(t), 'new', 'run')
  t.is(await checkpoint.resume(run, { model: holding(1) }), null)
  t.deepEqual(await checkpoint.list(run), [])
  await checkpoint.save(run, {})
  t.like(await checkpoint.resume(run), { step: null, metric: null, user: null })
})

test.serial('all parts come back, the default generator too', async (t) => {
  const run = await temporaryFolder(t)
  const make = (value: number) => {
    const model = holding(value)
    const optimizer = optim.adamw(model.parameters(), { lr: 0.1 })
    const scheduler = lr.oneCycle(optimizer, { maxLr: 0.5, totalSteps: 10 })
    const loader = dataloader([1, 2, 3, 4, 5, 6], { batchSize: 2, shuffle: true, seed: 5 })
    const scaler = gradScaler({ device: 'cpu', initScale: 2 ** value })
    const generator = new torch.Generator().manualSeed(value)
    return { model, optimizer, scheduler, loader, scaler, generator }
  }
  const parts = make(4)
  for (let i = 0; i < 3; i++) {
    parts.optimizer.zeroGrad()
    weightOf(parts.model).sum().backward()
    parts.optimizer.step()
    parts.scheduler.step()
  }
  const iteration = parts.loader.iter()
  const first = (await iteration.next()).toArray()
  torch.manualSeed(11)
  torch.rand([3], { generator: parts.generator })
  const user = {
    history: [0.5, 0.25, Number.NaN],
    best: { epoch: 2, weight: torch.tensor([1, 2]) },
    names: Object.freeze(['a']),
    byNumber: new Map([[1, 'one']]),
    none: null,
    big: 2n ** 60n,
  }
  await checkpoint.save(run, { ...parts, step: 3, user })
  const expected = {
    rest: [(await iteration.next()).toArray(), (await iteration.next()).toArray()],
    drawn: torch.rand([4]).toArray(),
    own: torch.rand([4], { generator: parts.generator }).toArray(),
    lastLr: parts.scheduler.lastLr,
    weight: weightOf(parts.model).toArray(),
  }

  const fresh = make(9)
  torch.manualSeed(99)
  const resumed = await checkpoint.resume(run, fresh)
  t.is(resumed?.step, 3)
  t.is(fresh.scaler.getScale(), 16)
  t.deepEqual(weightOf(fresh.model).toArray(), expected.weight)
  t.deepEqual(fresh.scheduler.lastLr, expected.lastLr)
  t.deepEqual(torch.rand([4]).toArray(), expected.drawn)
  t.deepEqual(torch.rand([4], { generator: fresh.generator }).toArray(), expected.own)
  const rest = fresh.loader.iter()
  t.deepEqual([(await rest.next()).toArray(), (await rest.next()).toArray()], expected.rest)
  t.notDeepEqual(first, expected.rest[0])
  const back = resumed?.user as typeof user
  t.deepEqual(back.best.weight.toArray(), [1, 2])
  t.deepEqual({ ...back, best: { ...back.best, weight: 0 } }, {
    ...user,
    best: { epoch: 2, weight: 0 },
  } as never)
  t.true(Object.isFrozen(back.names))
  t.deepEqual(Object.keys(fresh.optimizer.stateDict().state.get(0) ?? {}).sort(), [
    'exp_avg',
    'exp_avg_sq',
    'step',
  ])
  back.best.weight.dispose()
  user.best.weight.dispose()
})

test.serial('several parts of a kind, by name or in an array', async (t) => {
  const run = await temporaryFolder(t)
  const [net, ema] = [holding(1), holding(2)]
  const optimizer = [net, ema].map((model) => optim.sgd(model.parameters(), { lr: 0.5 }))
  await checkpoint.save(run, { model: { net, ema }, optimizer })
  const fresh = holding(0)
  await checkpoint.resume(run, { model: { ema: fresh } })
  t.is(levelOf(fresh), 2)
  const [other] = optimizer.slice(1)
  const slow = optim.sgd(fresh.parameters(), { lr: 0.1 })
  await checkpoint.resume(run, { optimizer: [slow, other as optim.Sgd] })
  t.is(slow.paramGroups[0]?.lr, 0.5)
  const refuses = async (parts: object, message: RegExp) => {
    await t.throwsAsync(checkpoint.resume(run, parts), { instanceOf: CheckpointError, message })
  }
  await refuses({ model: { student: fresh } }, /checkpoint-000001: holds no model named student/)
  await refuses({ model: fresh }, /holds several of model: net, ema/)
  await refuses({ scheduler: slow }, /holds no scheduler/)
  t.is(levelOf(fresh), 2)
})

test.serial('tied weights stay tied, and every dtype stays', async (t) => {
  const run = await temporaryFolder(t)
  const tied = torch.tensor([1, 2])
  const state = new Map([
    ['a', tied],
    ['b', tied],
    ['view', tied.narrow(0, 1, 1)],
    ['half', tied.to('bfloat16')],
  ])
  let loaded: unknown
  const model = {
    stateDict: () => state,
    loadStateDict: (given: Map<string, Tensor>) => {
      loaded = [
        given.get('a') === given.get('b'),
        given.get('view')?.storageOffset(),
        given.get('half')?.dtype,
      ]
      for (const tensor of new Set(given.values())) tensor.dispose()
    },
  }
  const { path: folder } = await checkpoint.save(run, { model })
  await checkpoint.resume(folder, { model })
  t.deepEqual(loaded, [true, 1, 'bfloat16'])
  for (const tensor of state.values()) tensor.dispose()
})

test.serial('what a part of the user has loaded stays its own, and is waited for', async (t) => {
  const run = await temporaryFolder(t)
  using shared = torch.tensor([1, 2])
  const kept: Tensor[] = []
  const scheduler = {
    stateDict: () => ({ shared }),
    loadStateDict: async (state: { shared: Tensor }) => {
      await new Promise((resolve) => setImmediate(resolve))
      kept.push(state.shared)
    },
  }
  class Keeping extends nn.Module {
    readonly layer = nn.linear(2, 2)
    override loadStateDict(state: Map<string, Tensor>) {
      kept.push(...state.values())
      return super.loadStateDict(state)
    }
  }
  const copied: Tensor[] = []
  const plain = holding(3)
  plain.registerLoadStateDictPreHook((_, state) => void copied.push(...state.values()))
  const model = { plain, keeping: new Keeping() }
  await checkpoint.save(run, { model, scheduler, user: { shared } })
  const resumed = await checkpoint.resume(run, { model, scheduler })
  t.is(kept.length, 3)
  t.is((resumed?.user as { shared: Tensor } | undefined)?.shared, kept[2])
  t.deepEqual(kept[2]?.toArray(), [1, 2])
  t.false(kept.some(isDisposed))
  t.is(copied.length, 2)
  t.true(copied.every(isDisposed))
  for (const tensor of kept) tensor.dispose()
})

test.serial('keepLast and keepBest', async (t) => {
  const run = await temporaryFolder(t)
  const metrics = [5, 1, 4, undefined, 3, 1, 9, 8]
  for (const [i, metric] of metrics.entries()) {
    await checkpoint.save(
      run,
      { step: i, ...(metric === undefined ? {} : { metric }) },
      { keepLast: 2, keepBest: 2 },
    )
  }
  const steps = async () => (await checkpoint.list(run)).map(({ step }) => step)
  t.deepEqual(await steps(), [7, 6, 5, 1])
  t.is((await checkpoint.resume(run, {}, { from: 'best' }))?.step, 5)
  t.is((await checkpoint.resume(run, {}, { from: 'best', mode: 'max' }))?.step, 6)
  t.is((await checkpoint.resume(run))?.step, 7)
  await checkpoint.save(run, { step: 8 }, { keepLast: 1, keepBest: 1, mode: 'max' })
  t.deepEqual(await steps(), [8, 6])
  t.deepEqual((await readdir(run)).sort(), ['checkpoint-000007', 'checkpoint-000009'])
})

test.serial('in the background: the state at the call, one after another', async (t) => {
  const run = await temporaryFolder(t)
  const model = holding(1)
  const first = await checkpoint.save(run, { model, step: 1 }, { background: true })
  torch.noGrad(() => weightOf(model).fill_(2))
  const second = await checkpoint.save(run, { model, step: 2 }, { background: true })
  // The second call has waited for the first checkpoint to be there.
  t.deepEqual((await checkpoint.list(run)).at(-1)?.step, 1)
  torch.noGrad(() => weightOf(model).fill_(3))
  await checkpoint.save(run, { model, step: 3 })
  t.deepEqual(
    (await checkpoint.list(run)).map(({ step }) => step),
    [3, 2, 1],
  )
  for (const { durable } of [first, second]) {
    const { path: folder, step } = await durable
    const fresh = holding(0)
    t.is((await checkpoint.resume(folder, { model: fresh }))?.step, step)
    t.is(levelOf(fresh), step ?? -1)
  }
})

test.serial('arguments that are none', async (t) => {
  const run = await temporaryFolder(t)
  const refuses = async (state: unknown, options: unknown, message: RegExp) => {
    await t.throwsAsync(checkpoint.save(run, state as object, options as object), { message })
  }
  await refuses(
    { model: 1 },
    {},
    /an object with stateDict and loadStateDict, or several by name for model, got 1/,
  )
  await refuses({ optimizer: { a: {} } }, {}, /optimizer\.a, got an object/)
  await refuses({ generator: [1] }, {}, /a Generator for generator\.0/)
  await refuses({ modell: 1 }, {}, /unknown option "modell"/)
  await refuses({ step: -1 }, {}, /step/)
  await refuses({ metric: 'low' }, {}, /a finite number for metric, got "low"/)
  await refuses({ metric: Number.NaN }, {}, /a finite number for metric, got NaN/)
  await refuses({ metric: -Infinity }, {}, /a finite number for metric, got -Infinity/)
  await refuses({ user: { fn: () => 1 } }, {}, /for value\["user"\]\["fn"\], got a function/)
  await refuses({}, { keepLast: 0 }, /keepLast/)
  await refuses({}, { keepBest: 1 }, /keepBest needs keepLast/)
  await refuses({}, { mode: 'middle' }, /'min', 'max'/)
  await refuses(undefined, {}, /a plain object for state/)
  await t.throwsAsync(checkpoint.resume(run, {}, { from: 'first' as never }), {
    message: /'latest', 'best'/,
  })
  t.deepEqual(await readdir(run), [])
})
