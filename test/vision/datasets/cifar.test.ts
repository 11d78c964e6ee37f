import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'ava'
import { DatasetError, dataloader } from '../../../lib/data/index.js'
import { DownloadError } from '../../../lib/hub/index.js'
import { cifar10, cifar100 } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const NAMES = 'airplane automobile bird cat deer dog frog horse ship truck'.split(' ')

/** Records of label bytes and 3072 pixels, which count on from `start`. */
function records(start: number, ...labels: readonly number[][]): Buffer {
  const pixels = (image: number) =>
    Uint8Array.from({ length: 3072 }, (_, i) => (start + image * 7 + i * 5) & 255)
  return Buffer.concat(labels.flatMap((own, image) => [Uint8Array.from(own), pixels(image)]))
}

async function folderOf(files: Readonly<Record<string, Uint8Array | string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'cifar-'))
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), bytes)
  }
  return root
}

const cifar10Files = () => ({
  ...Object.fromEntries(
    [1, 2, 3, 4, 5].map((part) => [
      `cifar-10-batches-bin/data_batch_${part}.bin`,
      records(part, [part], [9]),
    ]),
  ),
  'cifar-10-batches-bin/test_batch.bin': records(100, [3]),
  'cifar-10-batches-bin/batches.meta.txt': `${NAMES.join('\n')}\n\n`,
})

test('cifar10: the training files in order, planes of red, green and blue', async (t) => {
  const root = await folderOf(cifar10Files())
  const ds = await cifar10(root)
  t.deepEqual([ds.classes, ds.targets], [NAMES, [1, 9, 2, 9, 3, 9, 4, 9, 5, 9]])
  t.is(ds.classToIdx.frog, 6)
  const { x, y } = await ds.get(3)
  t.deepEqual([x.dtype, ...x.shape, y], ['uint8', 3, 32, 32, 9])
  const at = (channel: number, row: number, column: number) =>
    x.select(0, channel).select(0, row).select(0, column).item()
  const byte = (place: number) => (2 + 7 + place * 5) & 255
  t.deepEqual([at(0, 0, 0), at(1, 2, 3), at(2, 31, 31)], [byte(0), byte(1024 + 67), byte(3071)])
  const tested = await cifar10(root, { train: false })
  t.deepEqual([tested.length, tested.targets], [1, [3]])
})

test('cifar100: the fine label, or the coarse one with its names', async (t) => {
  const root = await folderOf({
    'cifar-100-binary/train.bin': records(0, [1, 2], [0, 1]),
    'cifar-100-binary/test.bin': records(9, [1, 0]),
    'cifar-100-binary/fine_label_names.txt': 'apple\naquarium_fish\nbaby\n',
    'cifar-100-binary/coarse_label_names.txt': 'aquatic_mammals\nfish\n',
  })
  const fine = await cifar100(root)
  t.deepEqual([fine.targets, fine.classes?.[2]], [[2, 1], 'baby'])
  t.is((await fine.get(1)).x.select(0, 0).select(0, 0).select(0, 0).item(), 7)
  const coarse = await cifar100(root, { coarse: true, train: false })
  t.deepEqual([coarse.targets, coarse.classes], [[1], ['aquatic_mammals', 'fish']])
  await t.throwsAsync(cifar100(root, { coarse: 1 as never }), { message: /a boolean for coarse/ })
})

test('damaged and missing files are named', async (t) => {
  const refuse = async (files: Readonly<Record<string, Uint8Array>>, message: RegExp) => {
    const root = await folderOf({ ...cifar10Files(), ...files })
    const error = await t.throwsAsync(cifar10(root), { instanceOf: DatasetError, message })
    t.is(error?.path, join(root, 'cifar-10-batches-bin/data_batch_3.bin'))
  }
  const third = 'cifar-10-batches-bin/data_batch_3.bin'
  await refuse({ [third]: records(0, [1]).subarray(1) }, /a multiple of 3073 bytes, got 3072/)
  await refuse({ [third]: Buffer.alloc(0) }, /got 0/)
  await refuse({ [third]: records(0, [1], [10]) }, /label 1 is 10, but there are 10 classes/)
  const empty = await folderOf({})
  await t.throwsAsync(cifar10(empty), {
    instanceOf: DatasetError,
    message: /datasets\.cifar10: there is no '.*data_batch_1\.bin'; set download to fetch it/,
  })
})

test('a download with the wrong bytes is refused; what is there is not fetched', async (t) => {
  let requests = 0
  const server = createServer((_, reply) => {
    requests += 1
    reply.end('something else')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const mirrors = [`http://127.0.0.1:${(server.address() as AddressInfo).port}/files/`]
  const options = { download: true, mirrors, progress: false }
  await t.throwsAsync(cifar10(await folderOf({}), options), {
    instanceOf: DownloadError,
    message: /files\/cifar-10-binary\.tar\.gz.*expected the md5 c32a1d4a/,
  })
  t.is(requests, 1)
  t.is((await cifar10(await folderOf(cifar10Files()), options)).length, 10)
  t.is(requests, 1)
})

test('through the loader, native or not, every image has random numbers of its own', async (t) => {
  const root = await folderOf(cifar10Files())
  const transform = transforms
    .pipeline()
    .randomResizedCrop(24)
    .randomHorizontalFlip()
    .toTensor()
    .normalize([0.5, 0.4, 0.3], [0.2, 0.3, 0.4])
  const ds = await cifar10(root, { transform })
  const epoch = async (batchSize: number, numWorkers: number) => {
    const images: string[] = []
    const loader = dataloader(ds, { batchSize, shuffle: true, seed: 5, numWorkers })
    for await (const { x } of loader) {
      for (const image of x.unbind(0)) images.push(Buffer.from(image.toBytes()).toString('base64'))
    }
    return { images, isNative: Object.keys(loader.report.stages).length > 0 }
  }
  const { images, isNative } = await epoch(1, 0)
  t.deepEqual([new Set(images).size, isNative], [10, false])
  t.deepEqual(await epoch(4, 2), { images, isNative: true })
})

test('without a random transform whole batches are made, contiguous', async (t) => {
  const ds = await cifar10(await folderOf(cifar10Files()))
  const batch = await dataloader(ds, { batchSize: 3 }).iter().next()
  t.true(batch.x.isContiguous())
  const [, second] = batch.x.unbind(0)
  t.deepEqual(second?.toArray(), ds.images.select(0, 1).toArray())
})
