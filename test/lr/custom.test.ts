import test from 'ava'
import { lr, nn, optim, type Tensor, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const optimizerOf = (...rates: number[]): optim.Sgd =>
  optim.sgd(rates.map((rate) => ({ params: [torch.ones(1).requiresGrad_()], lr: rate })))

const rates = (optimizer: optim.Sgd): number[] => optimizer.paramGroups.map((group) => group.lr)

test('a schedule of one’s own, from the initial rates', (t) => {
  const optimizer = optimizerOf(1, 10)
  const warmup = lr.lrScheduler(optimizer, ({ baseLrs, lastEpoch }) =>
    baseLrs.map((rate) => rate * Math.min(1, (lastEpoch + 1) / 4)),
  )
  const seen = [rates(optimizer)]
  for (let epoch = 0; epoch < 4; epoch++) {
    optimizer.step()
    warmup.step()
    seen.push(rates(optimizer))
  }
  t.deepEqual(seen, [
    [0.25, 2.5],
    [0.5, 5],
    [0.75, 7.5],
    [1, 10],
    [1, 10],
  ])
  t.deepEqual(warmup.getLastLr(), [1, 10])
  t.deepEqual(Object.keys(warmup.stateDict()).sort(), [
    '_get_lr_called_within_step',
    '_is_initial',
    '_last_lr',
    '_step_count',
    'base_lrs',
    'last_epoch',
  ])
})

test('one from the rates in force is chained with others, saved and loaded', (t) => {
  const make = (): [optim.Sgd, lr.Chained, lr.CustomScheduler] => {
    const optimizer = optimizerOf(1)
    const halves = lr.lrScheduler(optimizer, ({ currentLrs, lastEpoch }) =>
      currentLrs.map((rate) => (lastEpoch % 2 === 1 ? rate / 2 : rate)),
    )
    return [optimizer, lr.chained([halves, lr.exponential(optimizer, { gamma: 0.5 })]), halves]
  }
  const [optimizer, chained, halves] = make()
  const run = (of: optim.Sgd, scheduler: lr.Chained, steps: number): number[] =>
    Array.from({ length: steps }, () => {
      of.step()
      scheduler.step()
      return of.paramGroups[0]?.lr as number
    })
  t.deepEqual(run(optimizer, chained, 3), [1 / 4, 1 / 8, 1 / 32])
  t.is(halves.lastEpoch, 3)
  const [other, resumed] = make()
  resumed.loadStateDict(chained.stateDict())
  other.loadStateDict(optimizer.stateDict())
  t.deepEqual(run(other, resumed, 2), run(optimizer, chained, 2))
})

test('what a function may not return', (t) => {
  const optimizer = optimizerOf(1, 10)
  t.throws(() => lr.lrScheduler(optimizer, () => [1]), {
    message: /^lrScheduler: expected an array of 2 numbers .* for what getLr returns/,
  })
  t.throws(() => lr.lrScheduler(optimizer, 3 as never), { message: /function for getLr/ })
  t.throws(() => lr.lrScheduler({} as never, () => []), { message: /an optimizer/ })
})

test.serial('a scheduler that steps before its optimizer says so, once', async (t) => {
  const warnings: string[] = []
  const note = (warning: Error): void => {
    warnings.push(warning.message)
  }
  process.on('warning', note)
  const [early, late] = [optimizerOf(1), optimizerOf(1)]
  for (const optimizer of [early, late]) {
    const schedule = lr.polynomial(optimizer, { totalIters: 4 })
    if (optimizer === late) optimizer.step()
    for (let step = 0; step < 3; step++) schedule.step()
  }
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  const about = warnings.filter((message) => message.includes('before optimizer.step()'))
  t.is(about.length, 1)
  t.regex(about[0] as string, /^polynomial: /)
})

test.serial('a scaler that skips the first step is no reason to warn of', async (t) => {
  const warnings: string[] = []
  const note = (warning: Error): void => {
    warnings.push(warning.message)
  }
  process.on('warning', note)
  const layer = nn.linear(2, 1)
  const optimizer = optim.adam(layer.parameters(), { fused: true })
  const schedule = lr.constant(optimizer)
  const scaler = torch.amp.gradScaler({ device: 'cpu' })
  scaler.scale(layer(torch.ones(1, 2)) as Tensor).backward()
  scaler.step(optimizer)
  schedule.step()
  await new Promise((resolve) => setImmediate(resolve))
  process.off('warning', note)
  t.deepEqual(warnings, [])
})
