import test from 'ava'
import { dataloader, randomSplit } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import { fromArrays } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const flat = Uint8Array.from({ length: 3 * 2 * 2 * 2 }, (_, i) => i)
const shape = [2, 2, 2]

test('one typed array, one for each image, nested arrays and tensors give the same images', async (t) => {
  const parts = [0, 8, 16].map((start) => flat.subarray(start, start + 8))
  const tensor = torch.fromTypedArray(flat, [3, ...shape])
  const expected = tensor.select(0, 1).toArray()
  for (const images of [
    flat,
    parts,
    tensor,
    parts.map((part) => torch.tensor(part).reshape(shape)),
  ]) {
    const ds = fromArrays(images, [0, 1, 2], { shape })
    t.deepEqual([ds.length, ds.images.dtype], [3, 'uint8'])
    t.deepEqual((await ds.get(1)).x.toArray(), expected)
  }
  const nested = fromArrays(tensor.toArray() as number[][][][], [0, 1, 2])
  t.deepEqual([nested.images.dtype, nested.images.toArray()], ['float32', tensor.toArray()])
})

test('a large array is shared, a sample is a copy', async (t) => {
  const own = flat.slice()
  const ds = fromArrays(own, [0, 0, 0], { shape })
  own[8] = 99
  const { x } = await ds.get(1)
  t.is(x.select(0, 0).select(0, 0).select(0, 0).item(), 99)
  x.fill_(0)
  t.is(own[8], 99)
})

test('labels may be names, typed arrays or tensors', (t) => {
  const of = (labels: Parameters<typeof fromArrays>[1], options = {}) => {
    const { targets, classes } = fromArrays(flat, labels, { shape, ...options })
    return [targets, classes]
  }
  t.deepEqual(of(['dog', 'cat', 'dog']), [
    [1, 0, 1],
    ['cat', 'dog'],
  ])
  t.deepEqual(of(['dog', 'cat', 'dog'], { classes: ['dog', 'emu', 'cat'] }), [
    [0, 2, 0],
    ['dog', 'emu', 'cat'],
  ])
  t.deepEqual(of(Uint8Array.of(2, 1, 0)), [[2, 1, 0], undefined])
  t.deepEqual(of(BigInt64Array.of(2n, 1n, 0n)), [[2, 1, 0], undefined])
  t.deepEqual(of(torch.tensor([2, 1, 0], { dtype: 'int64' })), [[2, 1, 0], undefined])
  t.throws(() => of(['dog', 'cat', 'ant'], { classes: ['dog', 'cat'] }), {
    message: /one of classes for label 2, got "ant"/,
  })
  t.throws(() => of([0, 1, 2], { classes: ['a', 'b'] }), {
    message: /from 0 to 1 for label 2, got 2/,
  })
  t.throws(() => of([0, 0.5, 1]), { message: /label 1, got 0.5/ })
  t.throws(() => of([0, 1]), {
    message: /expected 3 of them, one for each image, for labels, got 2/,
  })
  t.throws(() => of(3 as never), { message: /class indices or class names for labels, got 3/ })
})

test('shapes that do not fit', (t) => {
  t.throws(() => fromArrays(flat, [0]), {
    message: /\[N, C, H, W\] for images, got \[24\]; set shape/,
  })
  t.throws(() => fromArrays(flat, [0], { shape: [5, 1, 1] }), { message: /multiple of 5 .*got 24/ })
  t.throws(() => fromArrays(flat, [0], { shape: [0, 1, 1] }), { message: /shape, got 0/ })
  t.throws(() => fromArrays([], []), { message: /at least one image/ })
  t.throws(() => fromArrays('x' as never, []), { message: /a Tensor, a typed array/ })
})

test('an elementwise pipeline runs on the whole batch, with the same result', async (t) => {
  const images = torch.randint(256, [6, 3, 9, 7], { dtype: 'uint8' })
  const labels = [5, 4, 3, 2, 1, 0]
  const transform = transforms
    .pipeline()
    .centerCrop([6, 8])
    .pad(1)
    .horizontalFlip()
    .toTensor()
    .normalize([0.1, 0.2, 0.3], [0.4, 0.5, 0.6])
  const ds = fromArrays(images, labels, { transform })
  const whole = await ds.getBatch?.([4, 0, 4])
  const singly = [4, 0, 4].map((index) => transform(images.select(0, index)))
  t.deepEqual(whole?.x.toBytes(), torch.stack(singly).toBytes())
  t.deepEqual([whole?.y.dtype, whole?.y.toArray()], ['int64', [1, 5, 1]])
  t.is(
    fromArrays(images, labels, { transform: transform.randomVerticalFlip() }).getBatch,
    undefined,
  )
  t.is(fromArrays(images, labels, { transform: (image) => image }).getBatch, undefined)
})

test('functions of the user, also asynchronous; parts keep classes and whole batches', async (t) => {
  const ds = fromArrays(flat, ['b', 'a', 'b'], {
    shape,
    transform: async (image) => image.size(0),
    targetTransform: (target) => `class ${target}`,
  })
  t.deepEqual([...(await ds.get(0))], [2, 'class 1'])
  const [part] = randomSplit(fromArrays(flat, ['b', 'a', 'b'], { shape }), [2, 1], { seed: 1 })
  t.deepEqual([part?.classes, typeof part?.getBatch], [['a', 'b'], 'function'])
})

test.serial('an epoch leaves no tensor behind', async (t) => {
  const before = () => torch.memory().live
  for (const transform of [
    transforms.pipeline().toTensor(),
    transforms.pipeline().toTensor().randomHorizontalFlip(),
  ]) {
    const ds = fromArrays(flat, [0, 1, 2], { shape, transform })
    const start = before()
    for await (const [x, y] of dataloader(ds, { batchSize: 2, shuffle: true })) {
      x.dispose()
      y.dispose()
    }
    t.is(before(), start)
    ds.images.dispose()
  }
})
