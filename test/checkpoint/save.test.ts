// What we write: read back by our own reader, which the corpus holds to Python's.
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test from 'ava'
import {
  type CheckpointValue,
  load,
  loadTensors,
  OrderedDict,
  type Savable,
  save,
} from '../../lib/checkpoint/index.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { readCorpus } from './support/corpus.js'
import { describeValue } from './support/expected.js'
import { temporaryFolder } from './support/folder.js'
import { disposeAll, factsOfTensors } from './support/tensors.js'

expectNoLiveTensors(test)

const plainValues = {
  none: null,
  yes: true,
  integers: [0, 255, 256, 65_536, -1, 2 ** 31, -(2 ** 40), 2n ** 70n, -(2n ** 70n), 255n],
  floats: [0.5, -0, Number.POSITIVE_INFINITY, Number.NaN, 1e300],
  text: 'grüße 🐝',
  tuple: Object.freeze([1, Object.freeze([]), 'a']),
  map: new Map<string | number | null | readonly number[], Savable>([
    ['10', 'text'],
    [10, 'number'],
    [null, []],
    [Object.freeze([1, 2]), 'tuple'],
  ]),
  set: new Set([1, 'a']),
  bytes: new Uint8Array([0, 128, 255]),
  long: Array.from({ length: 2001 }, (_, i) => i),
} satisfies Savable

test('plain values come back', async (t) => {
  const file = path.join(await temporaryFolder(t), 'values.pth')
  await save(plainValues, file)
  const back = (await load(file)) as Map<string, CheckpointValue>
  t.deepEqual([...back.keys()], Object.keys(plainValues))
  const want = { ...plainValues, integers: [...plainValues.integers.slice(0, 9), 255] }
  t.deepEqual(Object.fromEntries(back), want)
  t.true(Object.is((back.get('floats') as number[])[1], -0))
  t.true(Object.isFrozen(back.get('tuple')))
  t.false(Object.isFrozen(back.get('long')))
})

test('values that occur twice, and cycles, come back as such', async (t) => {
  const file = path.join(await temporaryFolder(t), 'shared.pth')
  const shared = [1]
  const cycle: Savable[] = [shared, shared]
  cycle.push(cycle)
  await save(cycle, file)
  const back = (await load(file)) as CheckpointValue[]
  t.is(back[0], back[1])
  t.is(back[2], back)
})

test('tensors that share memory do so again; views keep their strides', async (t) => {
  const file = path.join(await temporaryFolder(t), 'views.pth')
  using whole = torch.tensor([1, 2, 3, 4, 5, 6])
  using part = whole.asStrided([2, 2], [3, 1], 1)
  using other = torch.tensor([1, 2])
  await save({ part, whole, other, again: part }, file)
  const back = await loadTensors(file)
  const get = (name: string) => back.get(name) as Tensor
  t.is(get('again'), get('part'))
  t.deepEqual(get('part').stride(), [3, 1])
  get('whole').zero_()
  t.deepEqual(get('part').toArray(), [
    [0, 0],
    [0, 0],
  ])
  t.deepEqual(get('other').toArray(), [1, 2])
  disposeAll(back)
})

test('only the part of a storage that is in use is written', async (t) => {
  const file = path.join(await temporaryFolder(t), 'part.pth')
  using whole = torch.zeros([1_000_000])
  using part = whole.narrow(0, 0, 10)
  await save(part, file)
  t.true((await readFile(file)).length < 2000)
})

test('dtypes, empty and 0-dimensional tensors, requiresGrad', async (t) => {
  const file = path.join(await temporaryFolder(t), 'dtypes.pth')
  const dtypes = ['float64', 'float16', 'bfloat16', 'int64', 'uint8', 'bool', 'complex64'] as const
  const newer = ['uint16', 'uint32', 'uint64', 'float8_e4m3fn', 'float8_e5m2'] as const
  const tensors = new Map<string, Tensor>()
  for (const dtype of [...dtypes, ...newer]) {
    using base = torch.tensor([1, 0, 1])
    tensors.set(dtype, base.to(dtype))
  }
  tensors.set('empty', torch.zeros([0, 3]))
  tensors.set('scalar', torch.tensor(7))
  tensors.set('grad', torch.tensor([1], { requiresGrad: true }))
  await save(tensors, file)
  const back = await loadTensors(file)
  const facts = (value: unknown) => describeValue(value, factsOfTensors(), () => false)
  t.deepEqual(facts(back), facts(tensors))
  disposeAll([tensors, back])
})

test('a lazily conjugated or negated tensor is written as it looks', async (t) => {
  const file = path.join(await temporaryFolder(t), 'conj.pth')
  using plain = torch.tensor([{ re: 1, im: 2 }])
  using conjugated = plain.conj()
  await save(conjugated, file)
  using back = (await load(file)) as Tensor
  t.deepEqual(back.toArray(), [{ re: 1, im: -2 }])
})

test('the metadata of an OrderedDict comes back', async (t) => {
  const file = path.join(await temporaryFolder(t), 'metadata.pth')
  const dict = new OrderedDict<string, Savable>([['a', 1]])
  dict.metadata = new Map([['', new Map([['version', 2]])]])
  await save(dict, file)
  const back = await load(file)
  t.true(back instanceof OrderedDict)
  t.deepEqual(back, dict)
})

test('what Python wrote is written again with the same contents', async (t) => {
  const folder = await temporaryFolder(t)
  for (const { name, path: source, entries } of readCorpus()) {
    if (!name.startsWith('good/') || name.endsWith('.safetensors')) continue
    const value = await load(source)
    const copy = path.join(folder, path.basename(name))
    await save(value as Savable, copy)
    const back = await load(copy)
    t.deepEqual({ ...describeValue(back, factsOfTensors(), Object.isFrozen) }, { ...entries }, name)
    disposeAll([value, back])
  }
})

test('saving twice gives the same bytes', async (t) => {
  const folder = await temporaryFolder(t)
  const [one, two] = [path.join(folder, '1.pth'), path.join(folder, '2.pth')]
  using tensor = torch.tensor([1, 2, 3])
  await save({ tensor }, one)
  await save({ tensor }, two)
  t.deepEqual(await readFile(one), await readFile(two))
})

test('what cannot be written is refused with its place, and nothing is written', async (t) => {
  const file = path.join(await temporaryFolder(t), 'refused.pth')
  await writeFile(file, 'old')
  const refuses = async (value: unknown, message: RegExp) => {
    await t.throwsAsync(save(value as Savable, file), { instanceOf: TypeError, message })
  }
  await refuses({ a: [1, () => 1] }, /save: .* for value\["a"\]\[1\], got a function/)
  await refuses({ a: undefined }, /value\["a"\], got undefined/)
  await refuses(new Date(), /for value, got a Date/)
  await refuses(['\ud800'], /whole characters for value\[0\]/)
  await refuses(new Map([[[1], 1]]), /frozen arrays/)
  await refuses(2n ** 3000n, /255 bytes/)
  const cycle: unknown[] = []
  cycle.push(Object.freeze([cycle]))
  await refuses(cycle[0], /does not contain itself/)
  t.is(await readFile(file, 'utf8'), 'old')
})

test('a disposed tensor is refused', async (t) => {
  const file = path.join(await temporaryFolder(t), 'disposed.pth')
  const tensor = torch.zeros([2])
  tensor.dispose()
  await t.throwsAsync(save({ tensor }, file), { name: 'TensorDisposedError' })
})

test('depth does not matter', async (t) => {
  const file = path.join(await temporaryFolder(t), 'deep.pth')
  let deep: Savable[] = []
  for (let i = 0; i < 100_000; i++) deep = [deep]
  await save(deep, file)
  let levels = 0
  for (let value = await load(file); Array.isArray(value); value = value[0]) levels++
  t.is(levels, 100_001)
})
