import test from 'ava'
import { defaultCollate } from '../../lib/data/collate.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const about = (tensor: Tensor) => [tensor.dtype, [...tensor.shape], tensor.toArray()]

test('numbers: integers become int64, others float32; booleans bool; bigints int64', (t) => {
  t.deepEqual(about(defaultCollate([1, 2, -3])), ['int64', [3], [1, 2, -3]])
  t.deepEqual(about(defaultCollate([1, 2.5])), ['float32', [2], [1, 2.5]])
  t.deepEqual(about(defaultCollate([true, false])), ['bool', [2], [true, false]])
  const bigints = defaultCollate([2n ** 40n, 1n])
  t.is(bigints.dtype, 'int64')
  t.deepEqual(bigints.toTypedArray(), BigInt64Array.of(2n ** 40n, 1n))
})

test('tensors and typed arrays are stacked and keep their type', (t) => {
  const stacked = defaultCollate([torch.tensor([1, 2]), torch.tensor([3, 4])])
  t.deepEqual(about(stacked), [
    'float32',
    [2, 2],
    [
      [1, 2],
      [3, 4],
    ],
  ])
  t.deepEqual(about(defaultCollate([Uint8Array.of(1, 255), Uint8Array.of(3, 4)])), [
    'uint8',
    [2, 2],
    [
      [1, 255],
      [3, 4],
    ],
  ])
  t.is(defaultCollate([Float64Array.of(1), Float64Array.of(2)]).dtype, 'float64')
})

test('strings stay; arrays and objects are collated by element', (t) => {
  t.deepEqual(defaultCollate(['a', 'b']), ['a', 'b'])
  const [numbers, names, flags] = defaultCollate([
    [1, 'a', true],
    [2, 'b', false],
  ] as [number, string, boolean][])
  t.deepEqual(numbers.toArray(), [1, 2])
  t.deepEqual(names, ['a', 'b'])
  t.deepEqual(flags.toArray(), [true, false])
  const { image, box } = defaultCollate([
    { image: 1.5, box: { left: 1 } },
    { box: { left: 2 }, image: 2.5 },
  ])
  t.deepEqual(image.toArray(), [1.5, 2.5])
  t.deepEqual(box.left.toArray(), [1, 2])
})

test('two elements, or x and y, make a pair', (t) => {
  const tuple = defaultCollate([[0.5, 1] as [number, number], [1.5, 2] as [number, number]])
  t.is(tuple.x, tuple[0])
  t.is(tuple.y, tuple[1])
  const named = defaultCollate([{ x: 1, y: 'a' }])
  const [x, y] = named
  t.deepEqual(x.toArray(), [1])
  t.deepEqual(y, ['a'])
  t.is(named.length, 2)
})

test('samples that do not go together are refused with the place and the position', (t) => {
  const message = (samples: readonly unknown[]) =>
    t.throws(() => defaultCollate(samples))?.message ?? ''
  t.regex(
    message([torch.zeros([3]), torch.zeros([4])]),
    /sample is float32 \[3\].*float32 \[4\] in number 1/,
  )
  t.regex(
    message([torch.zeros([3]), torch.zeros([3], { dtype: 'int64' })]),
    /int64 \[3\] in number 1/,
  )
  t.regex(
    message([
      [1, 'a'],
      [1, 2],
    ]),
    /sample\[1\] is "a" in the first sample.* but 2 in number 1/,
  )
  t.regex(message([[1, 2], [1]]), /2 elements in the first sample.* but 1 in number 1/)
  t.regex(message([{ a: 1 }, { b: 1 }]), /keys a in the first sample.* but b in number 1/)
  t.regex(message([{ a: { b: undefined } }]), /sample\.a\.b, got undefined/)
  t.regex(message([]), /at least one sample/)
})

test('collating leaves no tensor behind but the batch', (t) => {
  const samples = [Float32Array.of(1, 2), Float32Array.of(3, 4)]
  const before = torch.memory().live
  const batch = defaultCollate(samples)
  t.is(torch.memory().live, before + 1)
  batch.dispose()
})
