// safetensors files: written, read, refused.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import {
  CheckpointError,
  loadSafetensors,
  loadTensors,
  safetensorsMetadata,
  saveSafetensors,
} from '../../lib/checkpoint/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { corpusPath } from './support/corpus.js'
import { describeValue } from './support/expected.js'
import { temporaryFolder } from './support/folder.js'
import { disposeAll, factsOfTensors } from './support/tensors.js'

expectNoLiveTensors(test)

/** A file with this header and these data. */
function fileOf(header: string, data: Uint8Array = new Uint8Array(0)): Buffer {
  const text = Buffer.from(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, data])
}

test('tensors and metadata come back', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.safetensors')
  using matrix = torch.tensor([
    [1, 2, 3],
    [4, 5, 6],
  ])
  using transposed = matrix.t()
  using flags = torch.tensor([true, false])
  using count = torch.tensor(3n)
  using none = torch.zeros([0, 2])
  const tensors = { transposed, matrix, flags, count, none }
  await saveSafetensors(tensors, file, { metadata: { format: 'pt' }, shared: 'copy' })
  const back = await loadSafetensors(file)
  // Large elements first, then by name: every tensor is aligned.
  t.deepEqual(Object.keys(back), ['count', 'matrix', 'none', 'transposed', 'flags'])
  t.deepEqual(back.transposed?.toArray(), [
    [1, 4],
    [2, 5],
    [3, 6],
  ])
  t.deepEqual(back.flags?.toArray(), [true, false])
  t.is(back.count?.itemBigInt(), 3n)
  t.deepEqual(back.none?.shape, [0, 2])
  t.deepEqual(await safetensorsMetadata(file), new Map([['format', 'pt']]))
  disposeAll(back)
})

test('the bytes equal those of the reference implementation', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.safetensors')
  for (const name of ['good/state_dict.safetensors', 'good/dtypes.safetensors']) {
    const tensors = await loadSafetensors(corpusPath(name))
    const metadata = Object.fromEntries(await safetensorsMetadata(corpusPath(name)))
    const isEmpty = Object.keys(metadata).length === 0
    await saveSafetensors(tensors, file, isEmpty ? {} : { metadata })
    t.true((await readFile(file)).equals(await readFile(corpusPath(name))), name)
    disposeAll(tensors)
  }
})

test('a Map and names of JavaScript', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.safetensors')
  using one = torch.tensor([1])
  await saveSafetensors(
    new Map([
      ['__proto__', one],
      ['10', one],
      ['9', one],
    ]),
    file,
    { shared: 'copy' },
  )
  const back = await loadSafetensors(file)
  t.is(Object.getPrototypeOf(back), null)
  t.deepEqual(Object.keys(back).sort(), ['10', '9', '__proto__'])
  const inOrder = await loadTensors(file)
  t.deepEqual([...inOrder.keys()], ['10', '9', '__proto__'])
  disposeAll([back, inOrder])
})

test('loadTensors reads any format by its content', async (t) => {
  const names = [
    'good/state_dict.safetensors',
    'good/state_dict.zip.pth',
    'good/state_dict.legacy.pth',
  ]
  const folder = await temporaryFolder(t)
  const [first, ...others] = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, `${path.basename(name)}.bin`)
      await writeFile(file, await readFile(corpusPath(name)))
      const tensors = await loadTensors(file)
      const sorted = new Map([...tensors].sort(([a], [b]) => (a < b ? -1 : 1)))
      const facts = describeValue(sorted, factsOfTensors(), () => false)
      disposeAll(tensors)
      return facts
    }),
  )
  for (const other of others) t.deepEqual(other, first)
})

test('loadTensors opens one entry of a checkpoint, and says which there are', async (t) => {
  const file = corpusPath('good/checkpoint_state_dict_key.zip.pth')
  const tensors = await loadTensors(file, { key: 'state_dict' })
  t.true([...tensors.keys()].every((name) => name.startsWith('module.')))
  disposeAll(tensors)
  await t.throwsAsync(loadTensors(file), { message: /entry "state_dict" is a dict.*\{ key \}/ })
  await t.throwsAsync(loadTensors(file, { key: 'model' }), {
    message: /under "model".*"state_dict"/,
  })
})

test('errors name the caller, the file and the tensor', async (t) => {
  const file = path.join(await temporaryFolder(t), 'bad.safetensors')
  await writeFile(
    file,
    fileOf('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', Buffer.alloc(4)),
  )
  const error = await t.throwsAsync(loadSafetensors(file), { instanceOf: CheckpointError })
  t.is(
    error?.message,
    `loadSafetensors: ${file}: has tensor "w" of shape [2] and float32, which does not fit its 4 bytes`,
  )
  t.is(error?.path, file)
  const missing = path.join(path.dirname(file), 'missing.safetensors')
  await t.throwsAsync(loadSafetensors(missing), {
    instanceOf: CheckpointError,
    message: /missing\.safetensors: ENOENT/,
  })
  await t.throwsAsync(loadTensors(path.dirname(file)), { message: /model\.safetensors: ENOENT/ })
})

test('headers that JSON.parse would take are refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'bad.safetensors')
  const entry = '{"dtype":"U8","shape":[1],"data_offsets":[0,1]}'
  const headers: Record<string, RegExp> = {
    [`{"a":${entry},"a":${entry}}`]: /name "a" twice/,
    [`{"a":${entry},"\\u0061":${entry}}`]: /name "a" twice/,
    '{"a":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}': /name "dtype" twice/,
    '{"a":{"dtype":"U8","shape":[1e0],"data_offsets":[0,1]}}': /shape of tensor "a"/,
    '{"a":{"dtype":"U8","shape":[01],"data_offsets":[0,1]}}': /shape of tensor "a"/,
    '{"a":{"dtype":"U8","shape":[9007199254740993],"data_offsets":[0,1]}}': /below 2\^53/,
    [`{"a":${entry}} {}`]: /not the expected JSON/,
    [`{"a":${entry},}`]: /a name is not a text/,
    [`{"__metadata__":{"n":1},"a":${entry}}`]: /metadata "n"/,
  }
  for (const [header, message] of Object.entries(headers)) {
    await writeFile(file, fileOf(header, Buffer.alloc(1)))
    await t.throwsAsync(loadSafetensors(file), { instanceOf: CheckpointError, message }, header)
  }
})

test('what cannot be written is refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.safetensors')
  using tensor = torch.tensor([1])
  using half = torch.zeros([1], { dtype: 'complex128' })
  const refuses = (tensors: unknown, message: RegExp, options?: unknown) =>
    t.throwsAsync(saveSafetensors(tensors as Record<string, Tensor>, file, options as object), {
      instanceOf: TypeError,
      message,
    })
  await refuses([tensor], /a Map or a plain object of tensors/)
  await refuses({ a: 1 }, /tensors\["a"\], got 1/)
  await refuses({ __metadata__: tensor }, /the name of a tensor/)
  await refuses({ half }, /tensors\["half"\], got "complex128"/)
  await refuses({ tensor }, /metadata\["n"\], got 1/, { metadata: { n: 1 } })
  await refuses({ tensor }, /unknown option "meta"/, { meta: {} })
  await refuses({ tensor }, /one of 'refuse', 'copy' for shared/, { shared: 'both' })
  await refuses({ tensor }, /a number of bytes .* for maxShardSize, got "5 pounds"/, {
    maxShardSize: '5 pounds',
  })
})

test('tensors that share memory are refused by name; parts that lie apart are not', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.safetensors')
  using whole = torch.arange(6)
  using left = whole.narrow(0, 0, 3)
  using right = whole.narrow(0, 3, 3)
  using middle = whole.narrow(0, 2, 2)
  using empty = whole.narrow(0, 2, 0)
  await t.throwsAsync(saveSafetensors({ left, right, middle }, file), {
    instanceOf: TypeError,
    message: /the tensors "left" and "middle" share memory.*shared: 'copy'/,
  })
  await saveSafetensors({ left, right, empty }, file)
  await saveSafetensors({ whole, middle }, file, { shared: 'copy' })
  const back = await loadSafetensors(file)
  t.deepEqual(back.middle?.toArray(), [2, 3])
  disposeAll(back)
})
