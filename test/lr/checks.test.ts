import test from 'ava'
import { lr, optim, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const parameter = () => torch.ones([1], { requiresGrad: true })
const make = (momentum = 0.9) => optim.sgd([parameter()], { lr: 0.1, momentum })

test('wrong settings are refused by name', (t) => {
  const optimizer = make()
  const refused: [() => unknown, RegExp][] = [
    [() => lr.step({} as never, { stepSize: 1 }), /step: expected an optimizer for optimizer/],
    [() => lr.step(optimizer, {} as never), /an integer of at least 1 for stepSize/],
    [() => lr.step(optimizer, { stepSize: 3, gama: 1 } as never), /unknown option "gama"/],
    [() => lr.multiStep(optimizer, { milestones: 3 as never }), /an array of epochs/],
    [() => lr.constant(optimizer, { factor: 1.5 }), /from 0 to 1 for factor/],
    [() => lr.linear(optimizer, { startFactor: 0 }), /startFactor/],
    [() => lr.linear(optimizer, { endFactor: 1.1 }), /endFactor/],
    [() => lr.exponential(optimizer, {} as never), /gamma/],
    [() => lr.polynomial(optimizer, { totalIters: 0 }), /totalIters/],
    [() => lr.cosineAnnealing(optimizer, { tMax: 0 }), /tMax/],
    [() => lr.cosineAnnealingWarmRestarts(optimizer, { t0: 0 }), /t0/],
    [() => lr.cosineAnnealingWarmRestarts(optimizer, { t0: 2, tMult: 1.5 }), /tMult/],
    [() => lr.cyclic(optimizer, { baseLr: 0.1, maxLr: [1, 2] }), /maxLr/],
    [() => lr.cyclic(optimizer, { baseLr: 0.1, maxLr: 1, mode: 'x' as never }), /'triangular'/],
    [() => lr.lambda(optimizer, 3 as never), /a function for lrLambda/],
    [() => lr.lambda(optimizer, [() => 1, () => 1]), /one function, or 1/],
    [() => lr.lambda(optimizer, () => NaN), /a finite number for the result of lrLambda/],
    [() => lr.reduceOnPlateau(optimizer, { factor: 1 }), /below 1 for factor/],
    [() => lr.reduceOnPlateau(optimizer, { minLr: [0, 0] }), /minLr/],
    [() => lr.reduceOnPlateau(optimizer).step('x' as never), /a number or a real tensor/],
    [() => lr.chained([]), /optimizer/],
    [() => optim.swaUtils.swaLr(optimizer, { swaLr: 1, annealEpochs: -1 }), /annealEpochs/],
  ]
  for (const [call, message] of refused) t.throws(call, { message })
})

test('combined schedulers refuse what cannot be combined', (t) => {
  const optimizer = make()
  const one = lr.step(optimizer, { stepSize: 1 })
  const plateau = lr.reduceOnPlateau(optimizer) as never
  const other = lr.step(make(), { stepSize: 1 })
  t.throws(() => lr.chained([one, plateau]), { message: /schedulers\[1\]/ })
  t.throws(() => lr.chained([one, other]), { message: /another optimizer/ })
  t.throws(() => lr.sequential(optimizer, [], { milestones: [] }), { message: /at least one/ })
  t.throws(() => lr.sequential(optimizer, [one, one], { milestones: [] }), { message: /1 epochs/ })
  t.throws(() => lr.sequential(optimizer, [one, lr.chained([one])], { milestones: [2] }), {
    message: /begin anew/,
  })
})

test('going on with an earlier run needs its initial learning rates', (t) => {
  t.throws(() => lr.step(make(), { stepSize: 3, lastEpoch: 4 }), {
    message: /paramGroups\[0\] has no initial_lr/,
  })
})

test('a group that is added later is named', (t) => {
  const optimizer = make()
  const scheduler = lr.lambda(optimizer, () => 1)
  optimizer.addParamGroup({ params: [parameter()] })
  t.throws(() => scheduler.step(), { message: /made for 1 parameter groups.* now has 2/ })
  t.is(scheduler.lastEpoch, 0)
})

test('a plateau scheduler takes groups that are added later, and tensors', (t) => {
  const optimizer = make()
  const scheduler = lr.reduceOnPlateau(optimizer, { patience: 0, factor: 0.5 })
  optimizer.addParamGroup({ params: [parameter()], lr: 0.4 })
  scheduler.step(torch.tensor(1))
  scheduler.step(torch.tensor([2]))
  t.deepEqual(scheduler.getLastLr(), [0.05, 0.2])
  t.is(scheduler.best, 1)
  scheduler.step(NaN)
  t.deepEqual(scheduler.getLastLr(), [0.025, 0.1])
})

test('a step that throws leaves the schedule where it was', (t) => {
  const optimizer = make()
  const scheduler = lr.lambda(optimizer, (epoch) => {
    if (epoch === 2) throw new RangeError('no')
    return 1 / (1 + epoch)
  })
  scheduler.step()
  const before = scheduler.stateDict()
  t.throws(() => scheduler.step(), { message: 'no' })
  t.deepEqual(scheduler.stateDict(), before)
  t.is(optimizer.paramGroups[0]?.lr, 0.05)
})

test('a state dict that does not fit changes nothing', (t) => {
  const optimizer = make()
  const scheduler = lr.sequential(
    optimizer,
    [lr.multiStep(optimizer, { milestones: [3] }), lr.exponential(optimizer, { gamma: 0.9 })],
    { milestones: [5] },
  )
  const before = scheduler.stateDict()
  const part = (before._schedulers as lr.SchedulerStateDict[])[0] as lr.SchedulerStateDict
  const broken: [Record<string, unknown>, RegExp][] = [
    [{ ...before, last_epoch: '3' }, /a number for last_epoch, got "3"/],
    [{ ...before, last_epoch: null }, /a number for last_epoch, got null/],
    [{ ...before, _last_lr: [1, 2] }, /_last_lr has 2 values/],
    [{ ...before, last_epoch: 3, _schedulers: [part] }, /an array of 2 state dicts/],
    [{ ...before, last_epoch: 3, _schedulers: [part, { gamma: [] }] }, /a number for gamma/],
    [{ ...before, last_epoch: 3, _schedulers: [{ milestones: 3 }, {}] }, /milestones/],
  ]
  for (const [state, message] of broken) {
    t.throws(() => scheduler.loadStateDict(state), { message })
    t.deepEqual(scheduler.stateDict(), before)
  }
  t.throws(() => scheduler.loadStateDict(3 as never), { message: /an object or a Map/ })
  const cyclic = lr.cyclic(optimizer, { baseLr: 0.1, maxLr: 1 })
  t.throws(() => cyclic.loadStateDict({ ...cyclic.stateDict(), mode: 'x' }), { message: /mode/ })
})

test('a state dict is a copy, and Maps of a file do as well', (t) => {
  const scheduler = lr.multiStep(make(), { milestones: [2, 2], gamma: 0.5 })
  const state = scheduler.stateDict()
  state._last_lr[0] = 7
  t.deepEqual(scheduler.lastLr, [0.1])
  scheduler.loadStateDict(new Map(Object.entries({ ...state, gamma: 0.25, verbose: false })))
  scheduler.step()
  scheduler.step()
  t.deepEqual(scheduler.lastLr, [0.1 * 0.25 ** 2])
})

test('momentum is cycled where there is one', (t) => {
  const optimizer = optim.adam([parameter()], { lr: 0.1, betas: [0.5, 0.6] })
  const scheduler = lr.cyclic(optimizer, { baseLr: 0.1, maxLr: 1, stepSizeUp: 2 })
  t.deepEqual(optimizer.paramGroups[0]?.betas, [0.9, 0.6])
  scheduler.step()
  scheduler.step()
  t.deepEqual(optimizer.paramGroups[0]?.betas, [0.8, 0.6])
  const adagrad = optim.adagrad([parameter()], { lr: 0.1 })
  t.throws(() => lr.cyclic(adagrad, { baseLr: 0.1, maxLr: 1 }), { message: /cycleMomentum/ })
  t.notThrows(() => lr.cyclic(adagrad, { baseLr: 0.1, maxLr: 1, cycleMomentum: false }))
})
