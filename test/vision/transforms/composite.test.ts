import test from 'ava'
import { withRandomKey } from '../../../lib/data/random.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { formulaBytes } from '../../helpers/images.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const keyed = <T>(index: number, fn: () => T): T =>
  withRandomKey({ seed: 3, epoch: 1, purpose: 'sample', index }, fn)

const image = (): Tensor => torch.arange(12).reshape([3, 2, 2]).to('float32')

/** Parts that leave a mark: times ten, plus a digit. */
const mark = (digit: number) => (x: Tensor) => x.mul(10).add(digit)
const marks = (x: Tensor): string => String(x.flatten().select(0, 0).item())

test('composites are steps with data, and functions of an image', (t) => {
  const chain = transforms
    .pipeline()
    .randomApply([transforms.invert, transforms.posterize.step(4)], 0.3)
    .randomOrder([transforms.pipeline().invert().equalize(), transforms.autocontrast])
    .randomChoice([transforms.invert, transforms.equalize], [1, 3])
  const plain: unknown = JSON.parse(JSON.stringify(chain.steps))
  t.deepEqual(plain, [
    {
      name: 'randomApply',
      params: {
        steps: [
          { name: 'invert', params: {} },
          { name: 'posterize', params: { bits: 4 } },
        ],
        p: 0.3,
      },
    },
    {
      name: 'randomOrder',
      params: {
        parts: [
          [
            { name: 'invert', params: {} },
            { name: 'equalize', params: {} },
          ],
          [{ name: 'autocontrast', params: {} }],
        ],
      },
    },
    {
      name: 'randomChoice',
      params: {
        parts: [[{ name: 'invert', params: {} }], [{ name: 'equalize', params: {} }]],
        p: [0.25, 0.75],
      },
    },
  ])
  const x = image()
  t.is(transforms.randomApply(x, [mark(1)], 0), x)
  t.is(marks(transforms.randomApply(x, [mark(1), mark(2)], 1)), '12')
  t.is(marks(transforms.randomChoice(x, [mark(1), mark(2)], [0, 1])), '2')
  t.regex(marks(transforms.randomOrder(x, [mark(1), mark(2)])), /^(12|21)$/)
})

test('randomApply applies all or none, as often as it should', (t) => {
  const step = transforms.randomApply.step([mark(1), mark(2)], 0.25)
  let applied = 0
  for (let index = 0; index < 600; index++) {
    const result = keyed(index, () => marks(step.apply(image())))
    t.true(result === '0' || result === '12')
    if (result === '12') applied += 1
  }
  // 150 expected, standard deviation 10.6.
  t.true(Math.abs(applied - 150) < 50, `${applied}`)
})

test('randomChoice applies one, randomOrder all, in every order', (t) => {
  const parts = [mark(1), mark(2), transforms.pipeline().lambda(mark(3)).lambda(mark(4))]
  const chosen = new Map<string, number>()
  const orders = new Set<string>()
  const choice = transforms.randomChoice.step(parts)
  const order = transforms.randomOrder.step(parts)
  for (let index = 0; index < 600; index++) {
    const one = keyed(index, () => marks(choice.apply(image())))
    chosen.set(one, (chosen.get(one) ?? 0) + 1)
    orders.add(keyed(index, () => marks(order.apply(image()))))
  }
  t.deepEqual([...chosen.keys()].sort(), ['1', '2', '34'])
  // 200 of each expected, standard deviation 11.5.
  for (const count of chosen.values()) t.true(Math.abs(count - 200) < 60)
  t.deepEqual([...orders].sort(), ['1234', '1342', '2134', '2341', '3412', '3421'])
})

test('in a loader parts that draw do not disturb what comes after, at any depth', (t) => {
  const pixels = formulaBytes([3, 8, 8])
  const seen: unknown[] = []
  const last = transforms.pipeline().gaussianNoise({ sigma: 0.3 })
  const spy = (x: Tensor) => {
    seen.push(last(pixels).toArray())
    return x
  }
  const inner = transforms.randomApply.step([transforms.gaussianNoise, transforms.colorJitter], 0.5)
  for (const part of [inner, transforms.randomChoice.step([inner, transforms.autoAugment])]) {
    for (let index = 0; index < 6; index++) {
      keyed(index, () => transforms.randomApply.step([part, part], 0.5).apply(pixels))
    }
    const chain = transforms.pipeline().randomApply([part, part], 0.5).lambda(spy)
    const bare = transforms.pipeline().randomInvert(0).lambda(spy)
    for (let index = 0; index < 6; index++) {
      seen.length = 0
      keyed(index, () => chain(pixels))
      keyed(index, () => bare(pixels))
      t.deepEqual(seen[0], seen[1])
    }
  }
})

test('what a function of the user keeps inside of a composite stays alive', (t) => {
  const kept: Tensor[] = []
  const keep = (x: Tensor) => {
    const own = x.add(1)
    kept.push(x, own)
    return own
  }
  const chain = transforms
    .pipeline()
    .toTensor()
    .randomApply([transforms.randomOrder.step([keep, keep])], 1)
    .normalize(0, 1)
  const result = chain(formulaBytes([3, 4, 4]))
  t.is(kept.length, 4)
  // The values of a freed tensor cannot be read.
  for (const tensor of [...kept, result]) t.notThrows(() => tensor.sum().item())
  kept.length = 0
})

test('a composite without functions of the user frees what it leaves behind', (t) => {
  const pixels = formulaBytes([3, 8, 8])
  const chain = transforms
    .pipeline()
    .randomApply([transforms.invert, transforms.equalize, transforms.autocontrast], 1)
    .autoAugment()
    .augMix()
  const before = torch.memory().live
  const result = chain(pixels)
  t.is(torch.memory().live, before + (result === pixels ? 0 : 1))
})

test('wrong parts and probabilities are refused by name', (t) => {
  const x = image()
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(() => transforms.randomApply(x, []), /randomApply: .*at least one transform for parts/)
  refuse(() => transforms.randomOrder(x, mark(1) as never), /randomOrder: .* got a function/)
  refuse(() => transforms.randomChoice(x, [3 as never]), /randomChoice: .* for a part, got 3/)
  refuse(() => transforms.randomApply(x, [mark(1)], 2), /randomApply: .* for p, got 2/)
  refuse(() => transforms.randomChoice(x, [mark(1)], [1, 2]), /randomChoice: expected 1 numbers/)
  refuse(() => transforms.randomChoice(x, [mark(1)], [0]), /at least one number above 0 for p/)
  refuse(() => transforms.randomChoice(x, [mark(1)], [-1]), /for p, got -1/)
  refuse(() => transforms.randomApply(x, [transforms.resize as never], 1), /resize: .* for size/)
  refuse(() => transforms.autoAugment(x, 'mnist' as never), /autoAugment: .*'imagenet', 'cifar10'/)
  refuse(() => transforms.autoAugment(x, 'svhn', { fil: 0 } as never), /unknown option "fil"/)
  refuse(() => transforms.randAugment(x, { magnitude: 31 }), /randAugment: .* magnitude, got 31/)
  refuse(() => transforms.randAugment(x, { numOps: -1 }), /randAugment: .* numOps, got -1/)
  refuse(() => transforms.trivialAugmentWide(x, { numMagnitudeBins: 1 }), /got 1/)
  refuse(() => transforms.augMix(x, { severity: 11 }), /augMix: .* severity, got 11/)
  refuse(() => transforms.augMix(x, { alpha: 0 }), /augMix: .* alpha, got 0/)
  refuse(() => transforms.augMix(x, { interpolation: 'bicubic' as never }), /'nearest', 'bilinear'/)
})
