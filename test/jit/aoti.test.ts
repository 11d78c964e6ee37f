// A package compiled by AOTInductor: data/linear.pt2, for x86-64 Linux and one minor version of libtorch.

import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { MemorySource } from '../../lib/checkpoint/source.js'
import { CheckpointError, type Tensor, TorchError, torch } from '../../lib/index.js'
import { checkMachine, readPackage } from '../../lib/jit/aoti-package.js'
import { formulaTensor, type GoldenTensor, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { temporaryFolder } from './support.js'

expectNoLiveTensors(test)

const file = fileURLToPath(new URL('data/linear.pt2', import.meta.url))
const bytes = readFileSync(file)
const expected = JSON.parse(
  readFileSync(new URL('data/linear.json', import.meta.url), 'utf8'),
) as Record<'logits' | 'sums' | 'more', GoldenTensor>
const metadata = readPackage(new MemorySource(bytes), 'model')

/** Why the package does not run here; undefined if it does. */
function unfit(): string | undefined {
  if (!torch.version.startsWith(`${metadata.torch}.`)) {
    return `compiled for libtorch ${metadata.torch}, this is ${torch.version}`
  }
  try {
    checkMachine(metadata)
  } catch (error) {
    return (error as Error).message
  }
  return undefined
}
const reason = unfit()
const compiled = reason === undefined ? test : test.skip
if (reason !== undefined) console.warn(`aoti.test.ts: no package is run: ${reason}`)

type Output = Map<'logits' | 'parts', Tensor & [Tensor, [Tensor]]>
const x = () => formulaTensor([2, 4], 100)
const isClose = (a: Tensor, b: GoldenTensor) =>
  torch.allclose(a, tensorOf(b), { rtol: 1e-5, atol: 1e-6 })

compiled('a model computes what Python computes', async (t) => {
  const model = await torch.aoti.load<Output>(file)
  const check = (output: Output): void => {
    const [sums, [more]] = output.get('parts') as [Tensor, [Tensor]]
    t.true(isClose(output.get('logits') as Tensor, expected.logits))
    t.true(isClose(sums, expected.sums))
    t.true(isClose(more, expected.more))
  }
  const scale = torch.tensor(2)
  check(model(x(), { scale }))
  check(await model.callAsync(x(), { scale }))
  const [logits] = model.run([x(), scale])
  t.true(isClose(logits as Tensor, expected.logits))
  t.is(model.metadata.AOTI_DEVICE_KEY, 'cpu')
  t.true(model.constantNames.includes('hidden.weight'))
})

compiled('several sizes, and calls in order', async (t) => {
  const model = await torch.aoti.load<Output>(file, { numRunners: 2 })
  const scale = torch.tensor(1)
  // torch.export makes a dimension that may be 1 a constant, so that 2 is the least.
  const sizes = [2, 5, 64]
  const outputs = await Promise.all(
    sizes.map((size) => model.callAsync(torch.ones([size, 4]), { scale })),
  )
  t.deepEqual(
    outputs.map((output) => output.get('logits')?.shape[0]),
    sizes,
  )
})

compiled('arguments that do not fit are errors', async (t) => {
  const model = await torch.aoti.load<Output>(file)
  t.throws(() => model(), { instanceOf: TypeError, message: /expected 1 positional/ })
  t.throws(() => model([]), { instanceOf: TypeError, message: /a Tensor for argument 0/ })
  t.throws(() => model.run([x()]), { instanceOf: TorchError })
  const scale = torch.tensor(2)
  for (const bad of [torch.ones([2, 3]), torch.ones([65, 4]), x().to('float64'), x().t()]) {
    t.throws(() => model(bad, { scale }), { instanceOf: TorchError })
  }
  // 3 could be a constant that was compiled in; the tensors that are left are then too few.
  t.throws(() => model(3, { scale }), { instanceOf: TorchError })
  t.throws(() => model(x()), { message: /keyword argument 'scale'/ })
  t.throws(() => model(x(), { scales: x() }), { message: /unknown keyword argument 'scales'/ })
  t.throws(() => model.run(3 as never), { instanceOf: TypeError, message: /inputs/ })
  await t.throwsAsync(torch.aoti.load(file, { modelName: 'other' }), { message: /it has "model"/ })
  await t.throwsAsync(torch.aoti.load(file, { numRunners: 0 }), { instanceOf: RangeError })
})

test('a package for another machine is refused', (t) => {
  const refuses = (changes: Record<string, string>, message: RegExp) =>
    t.throws(() => checkMachine({ ...metadata, ...changes }), {
      instanceOf: CheckpointError,
      message,
    })
  refuses({ AOTI_PLATFORM: 'amiga' }, /compiled for amiga/)
  refuses({ AOTI_MACHINE: 'm68k' }, /compiled for m68k/)
  t.is(metadata.AOTI_DEVICE_KEY, 'cpu')
})

test('damaged packages are errors', async (t) => {
  const folder = await temporaryFolder(t)
  const cut = path.join(folder, 'cut.pt2')
  await writeFile(cut, bytes.subarray(0, bytes.length - 100))
  await t.throwsAsync(torch.aoti.load(cut), {
    instanceOf: CheckpointError,
    message: /aoti\.load: .*cut\.pt2/,
  })
  await t.throwsAsync(torch.aoti.load(path.join(folder, 'none.pt2')), { message: /ENOENT/ })
})
