import test from 'ava'
import { nextRandom, withRandomKey } from '../../../lib/data/random.js'
import { torch } from '../../../lib/torch/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const key = (index: number) => ({ seed: 1, epoch: 0, purpose: 'sample', index }) as const

test('adjustHue: the goldens of the reference page', (t) => {
  const orange = torch.tensor([1, 0.5, 0.25]).reshape([3, 1, 1])
  const close = (factor: number, expected: number[]) => {
    const turned = transforms.adjustHue(orange, factor).reshape([3]).toArray() as number[]
    turned.forEach((value, channel) => {
      t.true(Math.abs(value - (expected[channel] as number)) < 1e-6)
    })
  }
  close(0.1, [1, 0.95, 0.25])
  close(-0.25, [0.875, 0.25, 1])
})

test('whole factors do not wrap bytes around', (t) => {
  const image = torch.full([3, 2, 2], 200, { dtype: 'uint8' })
  const corner = (x: typeof image) => [x.dtype, x.select(0, 0).select(0, 0).select(0, 0).item()]
  t.deepEqual(corner(transforms.adjustBrightness(image, 2)), ['uint8', 255])
  t.deepEqual(corner(transforms.adjustContrast(image, 1)), ['uint8', 200])
  t.deepEqual(corner(transforms.adjustSaturation(image, 0)), ['uint8', 199])
})

test('each image of a batch has its own mean and colours', (t) => {
  const batch = torch.rand([2, 3, 5, 6])
  for (const adjust of [
    transforms.adjustContrast,
    transforms.adjustSaturation,
    transforms.adjustHue,
  ]) {
    const both = adjust(batch, 0.3)
    for (const index of [0, 1]) {
      t.deepEqual(both.select(0, index).toArray(), adjust(batch.select(0, index), 0.3).toArray())
    }
  }
})

test('grey images: brightness and contrast change them, saturation and hue do not', (t) => {
  const grey = torch.rand([1, 4, 4])
  t.is(transforms.adjustSaturation(grey, 0.5), grey)
  t.is(transforms.adjustHue(grey, 0.5), grey)
  t.notDeepEqual(transforms.adjustContrast(grey, 0.5).toArray(), grey.toArray())
  t.deepEqual([...transforms.rgbToGrayscale(grey, 3).shape], [3, 4, 4])
})

test('colorJitter without options changes nothing, bit for bit', (t) => {
  const image = torch.rand([3, 4, 4])
  t.is(transforms.colorJitter(image), image)
  t.deepEqual(transforms.colorJitter.step({ hue: 0, brightness: [1, 1] }).params, {})
})

test('colorJitter draws within its ranges, in every order', (t) => {
  const { params } = transforms.colorJitter.step({
    brightness: 1.5,
    contrast: [0.5, 0.6],
    hue: 0.1,
  })
  t.deepEqual(params, { brightness: [0, 2.5], contrast: [0.5, 0.6], hue: [-0.1, 0.1] })
  const orders = new Set<string>()
  for (let index = 0; index < 100; index++) {
    const steps = withRandomKey(key(index), () => transforms.colorJitterSteps(params, nextRandom()))
    orders.add(steps.map(([name]) => name).join())
    for (const [name, factor] of steps) {
      const [min, max] = params[name as 'hue'] as readonly [number, number]
      t.true(factor >= min && factor <= max)
    }
  }
  t.is(orders.size, 6)
})

test('colorJitter is its adjustments in the order drawn', (t) => {
  const image = torch.randint(256, [3, 6, 6], { dtype: 'uint8' })
  const settings = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.2 }
  const adjust = {
    brightness: transforms.adjustBrightness,
    contrast: transforms.adjustContrast,
    saturation: transforms.adjustSaturation,
    hue: transforms.adjustHue,
  }
  for (let index = 0; index < 10; index++) {
    const { params } = transforms.colorJitter.step(settings)
    const steps = withRandomKey(key(index), () => transforms.colorJitterSteps(params, nextRandom()))
    t.is(steps.length, 4)
    const expected = steps.reduce((current, [name, factor]) => adjust[name](current, factor), image)
    const jittered = withRandomKey(key(index), () => transforms.colorJitter(image, settings))
    t.deepEqual(jittered.toArray(), expected.toArray())
  }
})

test('toDtype: scaled between all kinds', (t) => {
  const bytes = torch.tensor([0, 128, 255], { dtype: 'uint8' }).reshape([1, 1, 3])
  const values = (dtype: transforms.ImageDType) =>
    (transforms.toDtype(bytes, dtype, { scale: true }).toArray() as number[][][])[0]?.[0]
  t.deepEqual(values('float64'), [0, 128 / 255, 1])
  t.deepEqual(values('int8'), [0, 64, 127])
  t.deepEqual(values('int16'), [0, 128 << 7, 255 << 7])
  const floats = torch.tensor([0, 0.5, 1]).reshape([1, 1, 3])
  t.deepEqual(transforms.convertImageDtype(floats, 'uint8').toArray(), [[[0, 127, 255]]])
  t.deepEqual(transforms.toDtype(floats, 'uint8').toArray(), [[[0, 0, 1]]])
  t.throws(() => transforms.convertImageDtype(floats, 'int32'), {
    message: /float32 to int32 loses values/,
  })
  t.throws(() => transforms.toDtype(floats, 'float' as never), {
    message: /one of 'uint8'.*got "float"/,
  })
})

test('normalize: per channel or for all, undone per channel, in place when asked', (t) => {
  const image = torch.rand([3, 4, 4])
  const mean = [0.485, 0.456, 0.406]
  const std = [0.229, 0.224, 0.225]
  const there = transforms.normalize(image, mean, std)
  const back = transforms.normalize(
    transforms.normalize(
      there,
      0,
      std.map((s) => 1 / s),
    ),
    mean.map((m) => -m),
    1,
  )
  t.true((back.sub(image).abs().max().item() as number) < 1e-6)
  const own = image.clone()
  t.deepEqual(transforms.normalize(own, mean, std, { inplace: true }).toArray(), own.toArray())
  t.deepEqual(own.toArray(), there.toArray())
  const refuse = (fn: () => unknown, message: RegExp) => t.throws(fn, { message })
  refuse(() => transforms.normalize(image, mean, [1, 0, 1]), /std other than 0/)
  refuse(() => transforms.normalize(image, [1, 2], 1), /1 or 3 numbers.* for mean/)
  refuse(() => transforms.normalize(image.to('uint8'), 0, 1), /floating-point tensor.*got "uint8"/)
})

test('colour images only', (t) => {
  const image = torch.rand([4, 2, 2])
  t.throws(() => transforms.adjustContrast(image, 1), {
    message: /adjustContrast: expected 1 or 3 channels/,
  })
  t.throws(() => transforms.adjustBrightness(image, -1), { message: /factor, got -1/ })
  t.throws(() => transforms.adjustHue(image, 0.6), { message: /factor, got 0.6/ })
  t.throws(() => transforms.colorJitter(image, { hue: 0.6 }), { message: /hue, got 0.6/ })
  t.throws(() => transforms.colorJitter(image, { contrast: [2, 1] }), { message: /in order/ })
})
