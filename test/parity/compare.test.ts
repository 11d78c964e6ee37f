// The comparison behind the parity suite must see every kind of difference.

import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { compare, type Strictness } from '../../scripts/parity/compare.js'
import type { Encoded, Frame } from '../../scripts/parity/recording.js'
import { replay } from '../../scripts/parity/replay.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const payload = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6]).buffer)
const frame: Frame = { op: 'add', dtype: 'float32', samples: [], payload }
const expected: Encoded = { tensor: { dtype: 'float32', shape: [2, 3], at: 0, bytes: 24 } }
const strict: Strictness = { slack: 1, values: true }

const verdict = (actual: unknown, wanted: Encoded = expected): string => {
  const found = compare(actual, wanted, frame, strict)
  return typeof found === 'string' ? found : found.kind
}

const values = (last: number): Tensor =>
  torch.tensor([
    [1, 2, 3],
    [4, 5, last],
  ])

test('tensors', (t) => {
  t.is(verdict(values(6)), 'equal')
  t.is(verdict(values(6.000005)), 'close')
  t.is(verdict(values(6.1)), 'values')
  t.is(verdict(values(Number.NaN)), 'values')
  t.is(verdict(values(6).to('float64')), 'dtype')
  t.is(verdict(values(6).view([3, 2])), 'shape')
  t.is(verdict(values(6).t().contiguous().t()), 'stride')
  t.is(verdict(6), 'type')
})

test('other values', (t) => {
  t.is(verdict(2, { float: 2 }), 'equal')
  t.is(verdict(Number.POSITIVE_INFINITY, { float: 'inf' }), 'equal')
  t.is(verdict(2.5, { float: 2 }), 'values')
  t.is(verdict(3n, 3), 'equal')
  t.is(verdict(true, false), 'values')
  t.is(verdict([1, 2], [1, 2]), 'equal')
  t.is(verdict([1], [1, 2]), 'type')
  t.is(verdict([1, 2], { tuple: [1, 2], names: ['values', 'indices'] }), 'type')
})

test('calls that must raise, and calls that must not', (t) => {
  const sample = { index: 0, tensors: [], result: null, out: null }
  const fine = { f: 'torch.zeros', a: [[2]], k: {} }
  const wrong = { f: 'torch.zeros', a: ['two'], k: {} }
  const kind = (call: typeof fine | typeof wrong, raises?: string): string | undefined =>
    replay({ ...sample, calls: [call], raises }, frame).mismatches[0]?.kind
  t.is(kind(wrong, 'TypeError'), undefined)
  t.is(kind(fine, 'TypeError'), 'silent')
  t.is(kind(wrong), 'throws')
  t.is(kind({ ...fine, f: 'torch.no_such_function' }), 'absent')
  t.is(kind({ ...fine, f: 'torch.no_such_function' }, 'TypeError'), 'absent')
})
