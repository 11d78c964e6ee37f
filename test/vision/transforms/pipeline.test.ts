import { inspect } from 'node:util'
import test from 'ava'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const photo = new URL('../../../examples/photos/test/fishes/fish9.jpg', import.meta.url)
const mean = [0.485, 0.456, 0.406]
const std = [0.229, 0.224, 0.225]

test('a chain is data, and extending it makes another', (t) => {
  const base = transforms.pipeline().toTensor()
  const longer = base.resize(256).centerCrop([224, 224]).normalize(mean, std)
  t.deepEqual(
    base.steps.map(({ name }) => name),
    ['toTensor'],
  )
  t.deepEqual(
    longer.steps.map(({ name }) => name),
    ['toTensor', 'resize', 'centerCrop', 'normalize'],
  )
  t.deepEqual(longer.steps[2]?.params, { size: [224, 224] })
  t.true(Object.isFrozen(longer.steps) && Object.isFrozen(longer.steps[1]?.params))
  t.deepEqual(JSON.parse(JSON.stringify(base.steps)), [{ name: 'toTensor', params: {} }])
})

test('it prints itself', (t) => {
  const chain = transforms.pipeline().toTensor().to('cpu').centerCrop(224)
  t.is(
    inspect(chain),
    "Pipeline(\n  toTensor()\n  to({ device: 'cpu' })\n  centerCrop({ size: [ 224, 224 ] })\n)",
  )
  t.is(String(transforms.pipeline()), 'Pipeline()')
})

test('on a tensor it is its functions one after the other', (t) => {
  const image = torch.randint(256, [3, 40, 50], { dtype: 'uint8' })
  const chain = transforms.pipeline().toTensor().resize(30).centerCrop(24).normalize(mean, std)
  const x = transforms.centerCrop(transforms.resize(transforms.toTensor(image), 30), 24)
  t.deepEqual(chain(image).toArray(), transforms.normalize(x, mean, std).toArray())
  t.is(transforms.pipeline()(image), image)
})

test('on a path, URL or bytes it decodes first', async (t) => {
  const chain = transforms.pipeline().toTensor().resize(32)
  const x = await chain(photo)
  t.deepEqual([x.dtype, [...x.shape]], ['float32', [3, 32, 42]])
  t.deepEqual((await chain(photo.pathname)).toArray(), x.toArray())
  const { readFile } = await import('node:fs/promises')
  t.deepEqual((await chain(await readFile(photo))).toArray(), x.toArray())
  await t.throwsAsync(chain('nowhere.jpg'), {
    message: "could not decode 'nowhere.jpg': there is no such file",
  })
  await t.throwsAsync(async () => chain(3 as never), { message: /a path, a file: URL or bytes/ })
})

test('wrong settings are refused where the chain is written', (t) => {
  t.throws(() => transforms.pipeline().resize(-1), { message: /transforms\.resize: .*got -1/ })
  t.throws(() => transforms.pipeline().lambda(3 as never), {
    message: /a function or the URL of a module for fn, got 3/,
  })
})

test('lambda inserts a function of your own', (t) => {
  const chain = transforms
    .pipeline()
    .toTensor()
    .lambda((x) => x.mul(2))
    .centerCrop(2)
  const image = torch.full([1, 4, 4], 51, { dtype: 'uint8' })
  const doubled = chain(image)
  t.deepEqual([...doubled.shape], [1, 2, 2])
  t.true(Math.abs((doubled.sum().item() as number) - 1.6) < 1e-6)
  const wrong = transforms.pipeline().lambda((() => 3) as never)
  t.throws(() => wrong(image), { message: /expected fn to return a Tensor, got 3/ })
})

test('compose takes pipelines, transforms, steps and functions', (t) => {
  const chain = transforms.compose([
    transforms.toTensor,
    transforms.resize.step(8),
    transforms.pipeline().randomHorizontalFlip(1),
    (x: Tensor) => x.sub(0.5),
  ])
  t.deepEqual(
    chain.steps.map(({ name }) => name),
    ['toTensor', 'resize', 'randomHorizontalFlip', 'lambda'],
  )
  const image = torch.randint(256, [3, 16, 16], { dtype: 'uint8' })
  const expected = transforms.resize(transforms.toTensor(image), 8).flip([-1]).sub(0.5)
  t.deepEqual(chain(image).toArray(), expected.toArray())
  t.throws(() => transforms.compose([3 as never]), { message: /a pipeline, a step or a function/ })
  t.throws(() => transforms.compose(3 as never), { message: /an array for parts/ })
})

test.serial('a chain leaves one tensor behind, whatever its length', async (t) => {
  const chain = transforms
    .pipeline()
    .toTensor()
    .randomResizedCrop([24, 24])
    .colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })
    .randomHorizontalFlip()
    .normalize(mean, std)
  const before = torch.memory().live
  const x = await chain(photo)
  t.is(torch.memory().live, before + 1)
  x.dispose()
  const image = torch.rand([3, 40, 40])
  const y = chain(image)
  t.is(torch.memory().live, before + 2)
  y.dispose()
  await t.throwsAsync(transforms.pipeline().resize(9).normalize(0, 1)(photo), { message: /uint8/ })
  t.is(torch.memory().live, before + 1)
  image.dispose()
})

test('functions have the tutorial’s names and are the same in functional', (t) => {
  t.is(transforms.functional.resizedCrop, transforms.resizedCrop)
  t.is(transforms.functional.adjustBrightness, transforms.adjustBrightness)
  t.is(transforms.resize.name, 'resize')
})
