// The sections of the parity suite must see what differs, on samples that are arithmetic.

import test from 'ava'
import { modules } from '../../scripts/parity/modules.js'
import { optimizers } from '../../scripts/parity/optimizers.js'
import type { Encoded, Frame } from '../../scripts/parity/recording.js'
import { schedulers } from '../../scripts/parity/schedulers.js'
import type { Section } from '../../scripts/parity/section.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

/** Numbers that samples take their tensors from. */
const payload = new Uint8Array(new Float32Array([1, 2, 3, 0.5, 1.5, 2.5, 0, 1.5, 3]).buffer)

/** Three of the numbers, from `first` on. */
const tensor = (first: number) => ({ dtype: 'float32', shape: [3], at: 4 * first, bytes: 12 })

/** What came out of a sample: the parts, and `kind of what` for each mismatch. */
async function outcome(section: Section, sample: object, frame: object = {}) {
  const whole: Frame<object> = { op: 'x', dtype: 'float32', samples: [sample], payload, ...frame }
  for await (const { outcome } of section.replay(whole as never)) {
    return {
      parts: Object.entries(outcome.parts).map((entry) => entry.join(' ')),
      mismatches: outcome.mismatches.map(({ kind, form }) => `${kind} ${form}`),
    }
  }
  throw new Error('the sample was not run')
}

/** nn.ReLU6 of 1, 2, 3. */
const layer = {
  index: 0,
  tensors: [tensor(0)],
  cls: 'ReLU6',
  training: true,
  dtype: 'float32',
  construct: [[], {}],
  forward: [[{ tensor: 0 }], {}],
  repr: 'ReLU6()',
  out: { tensor: tensor(0) } as Encoded,
  after: {},
}

test('modules', async (t) => {
  const of = async (change: object) => (await outcome(modules, { ...layer, ...change })).mismatches
  const { parts, mismatches } = await outcome(modules, layer)
  t.deepEqual(parts, ['printed equal', 'result equal', 'state equal'])
  t.deepEqual(mismatches, [])
  t.deepEqual(await of({ out: { tensor: tensor(3) } }), ['values result'])
  t.deepEqual(await of({ repr: 'ReLU6(inplace=True)' }), ['values printed'])
  t.deepEqual(await of({ after: { weight: tensor(0) } }), ['values state'])
  t.deepEqual(await of({ cls: 'NoSuchLayer' }), ['absent first state'])
  t.deepEqual(await of({ construct: [['six'], {}] }), ['throws first state'])
  t.deepEqual(await of({ raises: 'ValueError' }), ['silent ReLU6'])
  t.deepEqual(await of({ construct: [['six'], {}], raises: 'TypeError' }), [])
  t.deepEqual(await of({ unrecorded: 'it is odd' }), ['unrecorded '])
})

/** A step of SGD with a learning rate of 1/2, from 1, 2, 3 with themselves as gradients. */
const descent = {
  index: 0,
  tensors: [{ ...tensor(0), parameter: true }],
  cls: 'SGD',
  params: [{ tensor: 0 }],
  keywords: { lr: { float: 0.5 } },
  gradients: [[tensor(0)]],
  targets: [],
  half: 1,
  groups: [{ lr: { float: 0.5 } }],
  progress: [{ params: [tensor(0)], state: [] }],
  implementation: '',
}

test('optimizers', async (t) => {
  const halved = new Uint8Array(new Float32Array([1, 2, 3, 0.5, 1, 1.5]).buffer)
  const run = (change: object) =>
    outcome(optimizers, { ...descent, ...change }, { payload: halved })
  const right = [{ params: [tensor(3)], state: [] }]
  const { parts } = await run({ progress: right })
  t.deepEqual(parts, ['steps equal', 'groups different'])
  t.deepEqual((await run({ progress: right, groups: [] })).mismatches, [])
  t.deepEqual((await run({ groups: [] })).mismatches, ['values steps'])
  const state = [{ params: [tensor(3)], state: [[0, { momentum_buffer: { tensor: tensor(0) } }]] }]
  t.deepEqual((await run({ progress: state, groups: [] })).mismatches, ['values steps'])
  t.deepEqual(
    (await run({ progress: right, groups: [], raises: 'ValueError', desc: 'it' })).mismatches,
    ['silent SGD: it'],
  )
})

test('schedulers', async (t) => {
  const rates = (...values: number[]) => {
    const numbers = new Float64Array(values.flatMap((rate) => [rate, 0.9]))
    return {
      payload: new Uint8Array(numbers.buffer),
      groups: [{ lr: 1, momentum: 0.9 }],
      dtype: 'SGD',
    }
  }
  const numbers = { dtype: 'float64', shape: [3, 1, 2], at: 0, bytes: 48 }
  const halving = {
    index: 0,
    sample: { scheduler: ['StepLR', [], { step_size: 1, gamma: 0.5 }] },
    half: 1,
    rows: numbers,
    resumed: { ...numbers, shape: [1, 1, 2] },
  }
  t.deepEqual(await outcome(schedulers, halving, rates(1, 0.5, 0.25)), {
    parts: ['steps equal'],
    mismatches: [],
  })
  t.deepEqual((await outcome(schedulers, halving, rates(1, 0.5, 0.5))).mismatches, ['values steps'])
})
