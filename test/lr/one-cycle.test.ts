import test from 'ava'
import { lr, optim, torch } from '../../lib/index.js'
import { golden } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

/** A group of SGD or of Adam. */
interface Group {
  lr: number
  momentum?: number
  betas?: readonly [number, number]
}

interface OneCycleCase {
  name: string
  optimizer: string
  groups: Group[]
  options: lr.OneCycleOptions
  totalSteps: number
  steps: number[]
  lr: number[][]
  momentum: number[][]
}

const parameter = () => torch.ones([1], { requiresGrad: true })

test("learning rate and momentum are PyTorch's, bit for bit", (t) => {
  for (const one of golden<{ cases: OneCycleCase[] }>('onecycle').cases) {
    const make = one.optimizer === 'adam' ? optim.adam : optim.sgd
    const optimizer: optim.Adam | optim.Sgd = make(
      one.groups.map((group) => ({ ...group, params: [parameter()] })),
      { lr: 1 },
    )
    const scheduler = lr.oneCycle(optimizer, one.options)
    t.is(scheduler.totalSteps, one.totalSteps)
    one.steps.forEach((step, i) => {
      while (scheduler.lastEpoch < step) scheduler.step()
      const groups: readonly Group[] = optimizer.paramGroups
      t.deepEqual(
        groups.map((group) => group.lr),
        one.lr[i],
        `${one.name}: lr at ${step}`,
      )
      t.deepEqual(
        groups.map(({ betas, momentum }) => betas?.[0] ?? momentum),
        one.momentum[i],
        `${one.name}: momentum at ${step}`,
      )
    })
    t.is(scheduler.lastEpoch, one.totalSteps)
    t.throws(() => scheduler.step(), { instanceOf: RangeError })
  }
})

test('a state dict carries the position over', (t) => {
  const options = { maxLr: 0.1, totalSteps: 10 }
  const make = () => {
    const optimizer = optim.sgd([parameter()], { lr: 1, momentum: 0.9 })
    return { optimizer, scheduler: lr.oneCycle(optimizer, options) }
  }
  const [a, b] = [make(), make()]
  for (let i = 0; i < 4; i++) a.scheduler.step()
  b.optimizer.loadStateDict(a.optimizer.stateDict())
  b.scheduler.loadStateDict(a.scheduler.stateDict())
  a.scheduler.step()
  b.scheduler.step()
  t.deepEqual(b.scheduler.lastLr, a.scheduler.lastLr)
  t.is(b.scheduler.lastEpoch, 5)
})

test('wrong settings are refused by name', (t) => {
  const optimizer = optim.sgd([parameter()], { lr: 1, momentum: 0.9 })
  t.throws(() => lr.oneCycle(optimizer, {} as never), { message: /totalSteps/ })
  t.throws(() => lr.oneCycle(optimizer, { maxLr: 1, epochs: 2 }), { message: /stepsPerEpoch/ })
  t.throws(() => lr.oneCycle(optimizer, { maxLr: [1, 2], totalSteps: 5 }), { message: /maxLr/ })
  t.throws(() => lr.oneCycle(optimizer, { maxLr: 1, totalSteps: 10, pctStart: 2 }), {
    instanceOf: RangeError,
    message: /pctStart/,
  })
  t.throws(() => lr.oneCycle(optimizer, { maxLr: 1, totalSteps: 10, pctStart: 0.1 }), {
    message: /no length/,
  })
  t.throws(() => lr.oneCycle({} as never, { maxLr: 1, totalSteps: 5 }), { message: /optimizer/ })
})
