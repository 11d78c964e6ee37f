// x.index([...]) and x.indexPut_([...], value): test/goldens/indexing.json, and what only JavaScript can write.

import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import type { Index } from '../../lib/torch/indexing.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { digest, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const { slice } = torch
const cube = (): Tensor => torch.arange(24).reshape(2, 3, 4)

type GoldenIndex = number | null | boolean | '...' | { slice: (number | null)[] } | GoldenTensor

function asIndex(index: GoldenIndex): Index {
  if (typeof index !== 'object' || index === null) return index
  if ('slice' in index) return slice(...(index.slice as [number, number, number]))
  return tensorOf(index)
}

interface Goldens {
  cases: { index: GoldenIndex[]; result: GoldenTensor }[]
  puts: {
    index: GoldenIndex[]
    value: number | GoldenTensor
    accumulate: boolean
    result: GoldenTensor
  }[]
}
const { cases, puts } = golden<Goldens>('indexing')

test('reads as in Python', (t) => {
  for (const { index, result } of cases) {
    const read = cube().index(index.map(asIndex))
    t.deepEqual(digest(read), digest(tensorOf(result)), JSON.stringify(index))
  }
})

test('writes and adds as in Python', (t) => {
  for (const { index, value, accumulate, result } of puts) {
    const put = typeof value === 'number' ? value : tensorOf(value)
    const written = cube().indexPut_(index.map(asIndex), put, { accumulate })
    t.deepEqual(digest(written), digest(tensorOf(result)), JSON.stringify(index))
  }
})

test('one index needs no brackets, bigints are integers, arrays are positions or masks', (t) => {
  const x = cube()
  t.deepEqual(x.index(1).toArray(), x.index([1]).toArray())
  t.is(x.index([1n, -1n, 0n]).item(), 20)
  t.deepEqual(x.index([[1, 0], 2]).toArray(), [
    [20, 21, 22, 23],
    [8, 9, 10, 11],
  ])
  t.deepEqual(x.index([0, [true, false, true], 1]).toArray(), [1, 9])
  const corners = [
    [0, 1],
    [2, 3],
  ]
  t.deepEqual(x.index([0, 0, corners]).toArray(), corners)
  t.deepEqual(x.index([[]]).shape, [0, 3, 4])
})

test('bounds of a slice may be tensors, and views share memory', (t) => {
  const x = cube()
  const end = torch.tensor(2n)
  t.deepEqual(x.index([0, slice(end.sub(1), end), 0]).toArray(), [4])
  x.index([slice(), slice(), slice(null, null, 2)]).fill_(-1)
  t.deepEqual(x.index([0, 0]).toArray(), [-1, 1, -1, 3])
  t.throws(() => slice(torch.tensor(1.5)), {
    message: 'slice: expected an integer or null for start, got 1.5',
  })
  t.throws(() => slice('1' as never), { message: /^slice: expected an integer or null for start/ })
})

test('iteration goes over the first dimension', (t) => {
  const pairs = [
    [0, 1],
    [2, 3],
    [4, 5],
  ]
  t.deepEqual(
    [...torch.arange(6).reshape(3, 2)].map((row) => row.toArray()),
    pairs,
  )
  t.deepEqual([...torch.zeros([0, 2])], [])
  t.throws(() => [...torch.tensor(1)], { instanceOf: TypeError })
})

test('gradients flow through reading and adding', (t) => {
  const x = torch.zeros([3], { requiresGrad: true })
  x.index([[0, 0, 2]])
    .sum()
    .backward()
  t.deepEqual(x.grad?.toArray(), [2, 0, 1])
  const value = torch.ones([2], { requiresGrad: true })
  torch
    .zeros([3])
    .indexPut_([[1, 1]], value, { accumulate: true })
    .sum()
    .backward()
  t.deepEqual(value.grad?.toArray(), [1, 1])
})

test('refusals name the index', (t) => {
  const x = cube()
  const wrong: [() => unknown, RegExp][] = [
    [() => x.index('a' as never), /^index: expected an integer, slice.* for indices, got "a"$/],
    [() => x.index([0, 1.5]), /^index: expected a safe integer for indices\[1\], got 1.5$/],
    [() => x.index([2n ** 60n]), /a safe integer for indices\[0\]/],
    [() => x.index([0, {} as never]), /for indices\[1\], got an object/],
    [() => x.index([[0.5]]), /an array of integers or of booleans for indices\[0\]/],
    [() => x.index([2]), /index 2 is out of bounds for dimension 0 with size 2/],
    [() => x.index([0, 0, 0, 0]), /too many indices for tensor of dimension 3/],
    [() => x.index([slice(null, null, 0)]), /step must be greater than 0/],
    [() => x.index([torch.tensor([0.5])]), /tensors used as indices must be long/],
    [() => x.indexPut_([0], 'a' as never), /^indexPut_: expected a Tensor or a number for value/],
    [() => x.indexPut_([0], torch.zeros([5])), /must match|expand|broadcast/],
    [() => x.indexPut_([0], 1, { add: true } as never), /unknown option "add"/],
    [() => x.indexPut_([0], 1, { accumulate: 1 } as never), /a boolean for accumulate, got 1/],
  ]
  for (const [attempt, message] of wrong) t.throws(attempt, { message })
})
