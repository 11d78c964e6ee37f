// safetensors in several files, and lazily: as Python writes and reads them.
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import {
  CheckpointError,
  loadSafetensors,
  loadTensors,
  openSafetensors,
  saveSafetensors,
} from '../../lib/checkpoint/index.js'
import { torch } from '../../lib/torch/index.js'
import { slice } from '../../lib/torch/indexing.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { temporaryFolder } from './support/folder.js'
import { disposeAll } from './support/tensors.js'

expectNoLiveTensors(test)

type GoldenRange = null | number | [start: number, stop: number]

interface Golden {
  limit: number
  files: { name: string; data: string }[]
  tensors: ({ name: string } & GoldenTensor)[]
  slices: { name: string; ranges: GoldenRange[]; expected: GoldenTensor }[]
}

const { limit, files, tensors, slices } = golden<Golden>('shards')
const INDEX = 'model.safetensors.index.json'
const expected = new Map(tensors.map((entry) => [entry.name, entry]))

async function writeGolden(t: ExecutionContext): Promise<string> {
  const folder = await temporaryFolder(t)
  for (const { name, data } of files) {
    await writeFile(path.join(folder, name), Buffer.from(data, 'base64'))
  }
  return folder
}

const asGolden = (tensor: Tensor): GoldenTensor => ({
  dtype: tensor.dtype,
  shape: [...tensor.shape],
  data: Buffer.from(tensor.toBytes()).toString('base64'),
})

const plain = ({ dtype, shape, data }: GoldenTensor): GoldenTensor => ({ dtype, shape, data })

function expectAll(t: ExecutionContext, all: Iterable<readonly [string, Tensor]>): void {
  const found = new Map(all)
  t.deepEqual([...found.keys()].sort(), [...expected.keys()].sort())
  for (const [name, tensor] of found) {
    t.deepEqual(asGolden(tensor), plain(expected.get(name) as GoldenTensor), name)
  }
}

for (const mmap of [false, true]) {
  const how = mmap ? 'mapped' : 'read'

  test(`all tensors, by index and by folder, ${how}`, async (t) => {
    const folder = await writeGolden(t)
    for (const file of [path.join(folder, INDEX), folder]) {
      const object = await loadSafetensors(file, { mmap })
      const map = await loadTensors(file, { mmap })
      expectAll(t, Object.entries(object))
      expectAll(t, map)
      disposeAll([object, map])
    }
  })

  test(`one tensor after another, and parts of them, ${how}`, async (t) => {
    await using file = await openSafetensors(await writeGolden(t), { mmap })
    t.deepEqual(file.keys().sort(), [...expected.keys()].sort())
    t.true(file.has('head'))
    t.false(file.has('tail'))
    for (const [name, { dtype, shape, data }] of expected) {
      const byteLength = Buffer.from(data, 'base64').length
      t.deepEqual(await file.info(name), { dtype, shape, byteLength })
      using tensor = await file.get(name)
      t.deepEqual(asGolden(tensor), plain(expected.get(name) as GoldenTensor), name)
    }
    for (const { name, ranges, expected: part } of slices) {
      const given = ranges.map((range) =>
        Array.isArray(range) ? slice(range[0], range[1]) : (range ?? slice()),
      )
      using tensor = await file.getSlice(name, ...given)
      t.deepEqual(asGolden(tensor), plain(part), `${name} ${JSON.stringify(ranges)}`)
    }
    await t.throwsAsync(file.get('tail'), { instanceOf: TypeError, message: /got "tail"/ })
    await t.throwsAsync(file.getSlice('head', 4), { instanceOf: RangeError, message: /of 4/ })
    await t.throwsAsync(file.getSlice('head', 0, 0, 0), { instanceOf: RangeError })
    await t.throwsAsync(file.getSlice('head', slice(0, 4, 2)), { message: /without a step/ })
    await file.close()
    await t.throwsAsync(file.get('head'), { message: /has been closed/ })
  })
}

test('the bytes, names and index are those of Python', async (t) => {
  const folder = await temporaryFolder(t)
  const state = new Map(tensors.map((entry) => [entry.name, tensorOf(entry)]))
  const options = { maxShardSize: limit, metadata: { format: 'pt' } }
  const written = await saveSafetensors(state, folder, options)
  t.deepEqual(
    written.map((file) => path.basename(file)).sort(),
    files.map(({ name }) => name),
  )
  t.is(path.basename(written.at(-1) ?? ''), INDEX)
  for (const { name, data } of files) {
    t.is((await readFile(path.join(folder, name))).toString('base64'), data, name)
  }
  disposeAll(state)
})

test('an earlier set is replaced in full', async (t) => {
  const folder = await writeGolden(t)
  await writeFile(path.join(folder, 'other-00001-of-00002.safetensors'), 'not of this model')
  using one = torch.tensor([1])
  await saveSafetensors({ one }, path.join(folder, 'model.safetensors'))
  const left = ['model.safetensors', 'other-00001-of-00002.safetensors']
  t.deepEqual((await readdir(folder)).sort(), left)
  using two = torch.tensor([2, 2])
  await saveSafetensors({ one, two }, path.join(folder, 'model.safetensors'), {
    maxShardSize: '8B',
  })
  t.deepEqual((await readdir(folder)).sort(), [
    'model-00001-of-00002.safetensors',
    'model-00002-of-00002.safetensors',
    INDEX,
    'other-00001-of-00002.safetensors',
  ])
  const back = await loadSafetensors(folder)
  t.deepEqual(back.two?.toArray(), [2, 2])
  disposeAll(back)
})

test('shards may be links, are opened only when needed, and named when they are missing', async (t) => {
  const folder = await writeGolden(t)
  const shard = (i: number) => files[i]?.name ?? ''
  const blobs = path.join(folder, 'blobs')
  await mkdir(blobs)
  await writeFile(path.join(blobs, 'one'), await readFile(path.join(folder, shard(0))))
  await rm(path.join(folder, shard(0)))
  await symlink(path.join('blobs', 'one'), path.join(folder, shard(0)))
  await writeFile(path.join(folder, shard(1)), 'damaged')
  const index = JSON.parse(await readFile(path.join(folder, INDEX), 'utf8'))
  const nameIn = (file: string) =>
    Object.keys(index.weight_map).find((name) => index.weight_map[name] === file) ?? ''
  await using file = await openSafetensors(folder)
  using tensor = await file.get(nameIn(shard(0)))
  t.true(tensor.numel() > 0)
  await t.throwsAsync(file.get(nameIn(shard(1))), {
    instanceOf: CheckpointError,
    message: new RegExp(`^get: .*${shard(1)}: has 7 bytes`),
  })
  await t.throwsAsync(loadSafetensors(folder), { instanceOf: CheckpointError })
  await rm(path.join(folder, shard(1)))
  await t.throwsAsync(openSafetensors(folder), {
    instanceOf: CheckpointError,
    message: new RegExp(`1 of its ${files.length - 1} files are missing: "${shard(1)}"`),
  })
})

test('an index leads nowhere but to the files beside it, and says the truth', async (t) => {
  const folder = await writeGolden(t)
  const write = (index: unknown) =>
    writeFile(path.join(folder, INDEX), typeof index === 'string' ? index : JSON.stringify(index))
  const refuses = (message: RegExp) =>
    t.throwsAsync(loadSafetensors(path.join(folder, INDEX)), {
      instanceOf: CheckpointError,
      message,
    })
  for (const name of [
    '../x.safetensors',
    '/etc/passwd',
    'a/b.safetensors',
    'a\\b.safetensors',
    7,
    'x',
  ]) {
    await write({ weight_map: { w: name } })
    await refuses(/tensor "w" in .*not the name of a safetensors file beside it/)
  }
  await write({ weight_map: { w: files[0]?.name } })
  await refuses(/has no tensor "w", which the index says it has/)
  await write({ metadata: {} })
  await refuses(/without a "weight_map"/)
  await write('{"weight_map": ')
  await refuses(/neither a safetensors file nor an index/)
})

test('writing to a mapped tensor changes neither the file nor another mapping', async (t) => {
  const folder = await temporaryFolder(t)
  const file = path.join(folder, 'x.safetensors')
  using ones = torch.ones([1000])
  using flags = torch.tensor([true, false])
  await saveSafetensors({ ones, flags }, file)
  const before = await readFile(file)
  const [first, second] = [
    await loadSafetensors(file, { mmap: true }),
    await loadSafetensors(file, { mmap: true }),
  ]
  first.ones?.zero_()
  t.is(first.ones?.sum().item(), 0)
  t.is(second.ones?.sum().item(), 1000)
  t.deepEqual(second.flags?.toArray(), [true, false])
  t.true((await readFile(file)).equals(before))
  // Replaced by renaming, the old file lives on under the mapping.
  await saveSafetensors({ ones: first.ones as Tensor }, file)
  t.is(second.ones?.sum().item(), 1000)
  disposeAll([first, second])
})
