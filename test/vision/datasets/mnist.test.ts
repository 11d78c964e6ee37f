import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { DatasetError, dataloader } from '../../../lib/data/index.js'
import { readIdx } from '../../../lib/vision/datasets/idx.js'
import { emnist, fashionMnist, kmnist, mnist, qmnist } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

/** A file of the IDX format: big-endian, as the numbers come. */
function idx(code: number, shape: readonly number[], numbers: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length)
  head.set([0, 0, code, shape.length])
  shape.forEach((size, axis) => {
    head.writeUInt32BE(size, 4 + 4 * axis)
  })
  return Buffer.concat([head, numbers])
}

const images = (count: number) =>
  idx(
    8,
    [count, 28, 28],
    Uint8Array.from({ length: count * 784 }, (_, i) => Math.imul(i, 31) >>> 2),
  )
const labels = (...values: number[]) => idx(8, [values.length], Uint8Array.from(values))

async function folderOf(files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'mnist-'))
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), bytes)
  }
  return root
}

test('readIdx reads every type, big-endian', (t) => {
  const read = (code: number, shape: readonly number[], numbers: Buffer) => {
    const tensor = readIdx(idx(code, shape, numbers), 'x')
    return [tensor.dtype, ...tensor.shape, ...(tensor.reshape(-1).toArray() as number[])]
  }
  t.deepEqual(read(8, [2, 1], Buffer.from([1, 255])), ['uint8', 2, 1, 1, 255])
  t.deepEqual(read(9, [2], Buffer.from([1, 255])), ['int8', 2, 1, -1])
  t.deepEqual(read(11, [2], Buffer.from([1, 2, 255, 254])), ['int16', 2, 258, -2])
  t.deepEqual(read(12, [1, 1, 1], Buffer.from([0, 1, 2, 3])), ['int32', 1, 1, 1, 66051])
  const floats = Buffer.alloc(12)
  floats.writeFloatBE(0.5)
  t.deepEqual(read(13, [1], floats.subarray(0, 4)), ['float32', 1, 0.5])
  floats.writeDoubleBE(-1e300, 4)
  t.deepEqual(read(14, [1], floats.subarray(4)), ['float64', 1, -1e300])
  t.deepEqual(read(8, [0, 28], Buffer.alloc(0)), ['uint8', 0, 28])
})

test('readIdx refuses whatever is not exactly one array', (t) => {
  const refuse = (bytes: Uint8Array, message: RegExp) => {
    const error = t.throws(() => readIdx(bytes, '/a/file'), { instanceOf: DatasetError, message })
    t.is(error?.path, '/a/file')
  }
  const good = idx(8, [2, 3], new Uint8Array(6))
  refuse(new Uint8Array(0), /does not begin as one/)
  refuse(Uint8Array.of(0, 1, 8, 1), /does not begin as one/)
  refuse(Uint8Array.of(0, 0, 10, 1), /does not begin as one/)
  refuse(Uint8Array.of(0, 0, 8, 0), /does not begin as one/)
  refuse(good.subarray(0, 11), /is truncated/)
  refuse(good.subarray(0, 17), /2 x 3 numbers of type uint8 need 6 bytes, 5 follow/)
  refuse(Buffer.concat([good, Buffer.alloc(1)]), /need 6 bytes, 7 follow/)
  // Sizes whose product does not fit into any integer.
  refuse(idx(14, Array(255).fill(0xffffffff), new Uint8Array(8)), /8 follow/)
  refuse(idx(8, [0xffffffff, 0xffffffff, 0], new Uint8Array(1)), /need 0 bytes, 1 follow/)
})

test('mnist: images, classes and batches as torchvision has them; plain or packed', async (t) => {
  const root = await folderOf({
    'MNIST/raw/train-images-idx3-ubyte': images(5),
    'MNIST/raw/train-labels-idx1-ubyte.gz': gzipSync(labels(3, 0, 9, 1, 1)),
    'MNIST/raw/t10k-images-idx3-ubyte.gz': gzipSync(images(2)),
    'MNIST/raw/t10k-labels-idx1-ubyte': labels(7, 2),
  })
  const ds = await mnist(root)
  t.deepEqual([ds.length, ds.targets], [5, [3, 0, 9, 1, 1]])
  t.deepEqual(
    [ds.classes?.[0], ds.classes?.[9], ds.classToIdx['3 - three']],
    ['0 - zero', '9 - nine', 3],
  )
  const [x, y] = await ds.get(1)
  t.deepEqual([x.dtype, ...x.shape, y], ['uint8', 1, 28, 28, 0])
  t.is(
    x.select(0, 0).select(0, 2).select(0, 3).item(),
    (Math.imul(784 + 2 * 28 + 3, 31) >>> 2) & 255,
  )
  const tested = await mnist(root, { train: false, targetTransform: (digit) => digit % 2 })
  t.deepEqual([tested.length, (await tested.get(0)).y, (await tested.get(1)).y], [2, 1, 0])
  const batch = await dataloader(tested, { batchSize: 2 }).iter().next()
  t.deepEqual([batch.x.shape, batch.y.dtype, batch.y.toArray()], [[2, 1, 28, 28], 'int64', [1, 0]])
})

test('fashionMnist and kmnist have their own folders and classes', async (t) => {
  const root = await folderOf({
    'FashionMNIST/raw/train-images-idx3-ubyte': images(1),
    'FashionMNIST/raw/train-labels-idx1-ubyte': labels(9),
    'KMNIST/raw/train-images-idx3-ubyte': images(1),
    'KMNIST/raw/train-labels-idx1-ubyte': labels(8),
  })
  const nameOf = ({ classes, targets }: Awaited<ReturnType<typeof kmnist>>) =>
    classes?.[targets[0] ?? 0]
  t.is(nameOf(await fashionMnist(root)), 'Ankle boot')
  t.is(nameOf(await kmnist(root)), 're')
})

test('emnist: splits with their classes, beside the archive folder or in it', async (t) => {
  const root = await folderOf({
    'EMNIST/raw/emnist-balanced-train-images-idx3-ubyte': images(1),
    'EMNIST/raw/emnist-balanced-train-labels-idx1-ubyte': labels(46),
    'EMNIST/raw/gzip/emnist-letters-test-images-idx3-ubyte.gz': gzipSync(images(2)),
    'EMNIST/raw/gzip/emnist-letters-test-labels-idx1-ubyte.gz': gzipSync(labels(1, 26)),
    'EMNIST/raw/gzip/emnist-byclass-train-images-idx3-ubyte.gz': gzipSync(images(1)),
    'EMNIST/raw/gzip/emnist-byclass-train-labels-idx1-ubyte.gz': gzipSync(labels(61)),
  })
  const names = async (...args: Parameters<typeof emnist>) => {
    const { classes, targets } = await emnist(...args)
    return [classes?.length, ...targets.map((target) => classes?.[target])]
  }
  t.deepEqual(await names(root, 'balanced'), [47, 't'])
  t.deepEqual(await names(root, 'letters', { train: false }), [27, 'a', 'z'])
  t.deepEqual(await names(root, 'byclass'), [62, 'z'])
  await t.throwsAsync(emnist(root, 'all' as never), { message: /one of 'byclass', .* got "all"/ })
  await t.throwsAsync(emnist(root, 'digits'), {
    message: /there is no '.*gzip\/emnist-digits-train-images-idx3-ubyte'; set download/,
  })
})

test('qmnist: parts of the test set, digits or all that is known', async (t) => {
  const count = 10_003
  const facts = Buffer.alloc(count * 8 * 4)
  for (let i = 0; i < count; i++) {
    facts.writeInt32BE(i % 10, i * 32)
    facts.writeInt32BE(i, i * 32 + 28)
  }
  const root = await folderOf({
    'QMNIST/raw/qmnist-test-images-idx3-ubyte': images(count),
    'QMNIST/raw/qmnist-test-labels-idx2-int': idx(12, [count, 8], facts),
  })
  const all = await qmnist(root, { train: false })
  t.is(all.length, count)
  t.is((await all.get(10_001)).y, 1)
  t.is((await qmnist(root, { what: 'test10k' })).length, 10_000)
  const rest = await qmnist(root, { what: 'test50k', compat: false })
  t.is(rest.length, 3)
  const { x, y } = await rest.get(-1)
  t.deepEqual([y.dtype, y.toArray()], ['int64', [2, 0, 0, 0, 0, 0, 0, 10_002]])
  t.is(
    x.select(0, 0).select(0, 0).select(0, 1).item(),
    (Math.imul(10_002 * 784 + 1, 31) >>> 2) & 255,
  )
  const batch = await dataloader(rest, { batchSize: 2 }).iter().next()
  t.deepEqual([...batch.y.shape], [2, 8])
  await t.throwsAsync(qmnist(root, { what: 'nist' }), { message: /xnist-images-idx3-ubyte/ })
  await t.throwsAsync(qmnist(root), { message: /qmnist-train-images/ })
})

test('files that do not go together name the file', async (t) => {
  const refuse = async (files: Readonly<Record<string, Uint8Array>>, message: RegExp) => {
    const all = {
      'train-images-idx3-ubyte': images(2),
      'train-labels-idx1-ubyte': labels(1, 2),
      ...files,
    }
    const named = Object.entries(all).map(([name, bytes]) => [`MNIST/raw/${name}`, bytes])
    const root = await folderOf(Object.fromEntries(named))
    const error = await t.throwsAsync(mnist(root), { instanceOf: DatasetError, message })
    t.true(error?.path.startsWith(join(root, 'MNIST/raw')))
  }
  await refuse({ 'train-labels-idx1-ubyte': labels(1) }, /has 1 labels, but '.*' has 2 images/)
  await refuse(
    { 'train-labels-idx1-ubyte': labels(1, 10) },
    /label 1 is 10, but there are 10 classes/,
  )
  await refuse({ 'train-labels-idx1-ubyte': images(2) }, /expected uint8 numbers in 1 dimensions/)
  await refuse(
    { 'train-images-idx3-ubyte': images(2).subarray(0, 90) },
    /not a file of the IDX format/,
  )
  const root = await folderOf({
    'MNIST/raw/train-images-idx3-ubyte.gz': gzipSync(images(2)).subarray(0, 60),
  })
  await t.throwsAsync(mnist(root), {
    message: /ubyte\.gz' could not be unpacked: unexpected end of file/,
  })
})

test('a transform of every image; wrong options', async (t) => {
  const root = await folderOf({
    'MNIST/raw/train-images-idx3-ubyte': images(3),
    'MNIST/raw/train-labels-idx1-ubyte': labels(1, 2, 3),
  })
  const transform = transforms.pipeline().toTensor().normalize([0.1307], [0.3081])
  const { x } = await dataloader(await mnist(root, { transform }), { batchSize: 3 })
    .iter()
    .next()
  t.deepEqual([x.dtype, ...x.shape], ['float32', 3, 1, 28, 28])
  const refuse = (options: object, message: RegExp) =>
    t.throwsAsync(mnist(root, options), { message })
  await refuse({ train: 1 }, /datasets\.mnist: expected a boolean for train, got 1/)
  await refuse({ transform: 1 }, /a function for transform/)
  await refuse({ mirrors: 'x' }, /an array of one or more addresses for mirrors/)
  await refuse({ split: 'train' }, /unknown option "split"/)
  await t.throwsAsync(mnist(3 as never), { message: /a path or a file: URL for root, got 3/ })
})
