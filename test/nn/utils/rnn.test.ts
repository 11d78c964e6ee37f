// nn.utils.rnn, and recurrent networks on packed batches, against PyTorch: test/goldens/layers_utils.json.

import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { formulaTensor } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { difference, flat, total } from '../modules/cases.js'
import { type Packed, utils } from './goldens.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const { PackedSequence, packPaddedSequence, padPackedSequence, padSequence, packSequence } =
  nn.utils.rnn
const LENGTHS = [4, 2, 5]
const sequences = () => LENGTHS.map((length) => formulaTensor([length, 2]))
const numbers = (tensor: Tensor | null) => tensor?.toArray() ?? null
type Network = (
  x: InstanceType<typeof PackedSequence>,
  state: Tensor | Tensor[] | null,
) => [InstanceType<typeof PackedSequence>, unknown]

function problems(one: Packed): string[] {
  const make = nn[one.module] as (inputs: number, states: number, options: object) => nn.Module
  torch.manualSeed(0)
  const network = make(3, 4, one.options)
  const x = formulaTensor([5, 3, 3]).requiresGrad_()
  const packed = packPaddedSequence(x, one.lengths, { enforceSorted: one.isSorted })
  const states = one.states.map((shape, i) => formulaTensor(shape, 1000 * (i + 1)))
  torch.manualSeed(1)
  const state = one.module === 'lstm' ? states : (states[0] ?? null)
  const [output, end] = (network as unknown as Network)(packed, states.length > 0 ? state : null)
  const results = [output.data, ...flat(end), ...padPackedSequence(output)]
  total(results).backward()
  const found = results.map((result, i) => difference(result, one.results[i] ?? null))
  found.push(difference(x.grad, one.inputGradient))
  for (const [name, parameter] of network.namedParameters()) {
    found.push(difference(parameter.grad, one.gradients[name] ?? null))
  }
  const order = [output.batchSizes, output.sortedIndices, output.unsortedIndices].map(numbers)
  const wanted = [one.batchSizes, one.sortedIndices, one.unsortedIndices]
  if (JSON.stringify(order) !== JSON.stringify(wanted)) found.push(JSON.stringify(order))
  return found.filter((text) => text !== undefined)
}

test('recurrent networks on packed batches', (t) => {
  for (const one of utils.packed) t.deepEqual(problems(one), [], JSON.stringify(one.options))
})

test('padding', (t) => {
  const [pad] = utils.pad
  const left = padSequence(sequences(), {
    batchFirst: true,
    paddingValue: 7,
    paddingSide: 'left',
  })
  t.is(difference(left, pad.left), undefined)
  t.is(difference(padSequence(sequences()), pad.right), undefined)
  const packed = packSequence(sequences(), { enforceSorted: false })
  const options = { batchFirst: true, paddingValue: -1, totalLength: 7 }
  t.is(difference(padPackedSequence(packed, options)[0], pad.total), undefined)
  const integers = [[6], [1, 2, 3]].map((row) => torch.tensor(row, { dtype: 'int64' }))
  t.is(String(packSequence(integers, false)), pad.text)
})

test('what is packed or padded comes back', (t) => {
  const given = sequences().map(numbers)
  const { unpackSequence, unpadSequence } = nn.utils.rnn
  const packed = packSequence(sequences(), { enforceSorted: false })
  t.deepEqual(unpackSequence(packed).map(numbers), given)
  const sorted = sequences().sort((a, b) => b.size(0) - a.size(0))
  t.deepEqual(unpackSequence(packSequence(sorted)).map(numbers), sorted.map(numbers))
  t.deepEqual(unpadSequence(padSequence(sequences()), LENGTHS).map(numbers), given)
  t.deepEqual(unpadSequence(padSequence(sequences(), true), LENGTHS, true).map(numbers), given)
  const wide = packed.to({ dtype: 'float64' })
  t.is(wide.data.dtype, 'float64')
  t.true(packed.to({ dtype: 'float32' }) === packed)
})

test('errors', (t) => {
  const x = formulaTensor([5, 3, 3])
  t.throws(() => packPaddedSequence(x, [2, 4, 5]), { message: /sorted/ })
  t.throws(() => packPaddedSequence(x, [5, 4, 0]), { message: /greater than 0/ })
  t.throws(() => packPaddedSequence(x, [5, 4.5, 1]), { message: /lengths/ })
  const packed = packPaddedSequence(x, [5, 4, 1])
  t.throws(() => padPackedSequence(packed, { totalLength: 4 }), {
    instanceOf: RangeError,
    message: /totalLength/,
  })
  t.throws(() => padPackedSequence(x as never), { message: /a PackedSequence for sequence/ })
  t.throws(() => padSequence(3 as never), { message: /an iterable of Tensors/ })
  t.throws(() => nn.rnn(2, 4)(packed), { message: /expected 2 features of input, got 3/ })
  t.throws(() => nn.rnn(3, 4)(packed, torch.zeros([1, 2, 4])), { message: /\[1, 3, 4\]/ })
})
