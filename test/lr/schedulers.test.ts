import test from 'ava'
import type { lr, optim } from '../../lib/index.js'
import { type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import {
  type GroupSpec,
  makeOptimizer,
  makeScheduler,
  type SchedulerSpec,
} from '../helpers/schedulers.js'

expectNoLiveTensors(test)

interface SchedulerCase {
  name: string
  groups: GroupSpec[]
  spec: SchedulerSpec
  epochs?: number[]
  lr: GoldenTensor
  momentum?: GoldenTensor
  state: Record<string, unknown>
  paramGroups: optim.OptimizerStateDict['param_groups']
}

const { cases, metrics, savedAt } = golden<{
  cases: SchedulerCase[]
  metrics: number[]
  savedAt: number
}>('schedulers')

/** A run of a case, from its start or from a state. */
function run({ groups, spec, epochs }: SchedulerCase) {
  const optimizer = makeOptimizer(groups)
  const scheduler = makeScheduler(spec, optimizer)
  let taken = 0
  return {
    optimizer,
    scheduler,
    goOn(from: number): void {
      taken = from
    },
    step(): void {
      const argument = spec.kind === 'reduceOnPlateau' ? metrics[taken] : epochs?.[taken]
      ;(scheduler.step as (argument?: number) => void).call(scheduler, argument)
      taken += 1
    },
  }
}

const values = (optimizer: optim.Sgd, name: 'lr' | 'momentum'): number[] =>
  optimizer.paramGroups.map((group) => group[name])

/** JSON has no infinity, and only strings for keys. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, entry: unknown) =>
      entry instanceof Map
        ? Object.fromEntries(entry)
        : entry === Infinity || entry === -Infinity
          ? String(entry)
          : entry,
    ),
  )

const unplain = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value), (_, entry: unknown) =>
    entry === 'Infinity' || entry === '-Infinity' ? Number(entry) : entry,
  ) as Record<string, unknown>

for (const one of cases) {
  const { name } = one
  const rows = (stored: GoldenTensor) => tensorOf(stored).toArray() as number[][]

  test(`${name}: 200 steps are PyTorch's, bit for bit, and so is the state`, (t) => {
    const { optimizer, scheduler, step } = run(one)
    const momenta = one.momentum && rows(one.momentum)
    rows(one.lr).forEach((expected, i) => {
      if (i > 0) step()
      t.deepEqual(values(optimizer, 'lr'), expected, `lr after ${i}`)
      t.deepEqual(scheduler.lastLr, expected, `lastLr after ${i}`)
      if (momenta) t.deepEqual(values(optimizer, 'momentum'), momenta[i], `momentum after ${i}`)
      if (i === savedAt) t.deepEqual(plain(scheduler.stateDict()), one.state)
    })
  })

  test(`${name}: goes on from PyTorch's state dicts`, (t) => {
    const { optimizer, scheduler, goOn, step } = run(one)
    optimizer.loadStateDict({ state: new Map(), param_groups: one.paramGroups })
    scheduler.loadStateDict(unplain(one.state))
    goOn(savedAt)
    const momenta = one.momentum && rows(one.momentum)
    rows(one.lr).forEach((expected, i) => {
      if (i < savedAt) return
      if (i > savedAt) step()
      t.deepEqual(values(optimizer, 'lr'), expected, `lr after ${i}`)
      if (momenta) t.deepEqual(values(optimizer, 'momentum'), momenta[i], `momentum after ${i}`)
    })
  })

  test(`${name}: goes on from its own state dicts`, (t) => {
    const [a, b] = [run(one), run(one)]
    for (let i = 0; i < 50; i++) a.step()
    b.optimizer.loadStateDict(a.optimizer.stateDict())
    b.scheduler.loadStateDict(a.scheduler.stateDict())
    b.goOn(50)
    t.deepEqual(b.scheduler.lastLr, a.scheduler.lastLr)
    t.is(b.scheduler.lastEpoch, a.scheduler.lastEpoch)
    for (let i = 50; i < 90; i++) {
      a.step()
      b.step()
      t.deepEqual(values(b.optimizer, 'lr'), values(a.optimizer, 'lr'), `lr after ${i + 1}`)
    }
    t.deepEqual(b.scheduler.stateDict(), a.scheduler.stateDict() as lr.SchedulerStateDict)
  })
}
