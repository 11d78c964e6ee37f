import test from 'ava'
import { torch } from '../../../lib/index.js'
import { models } from '../../../lib/vision/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test('networks are listed by pattern', (t) => {
  const all = models.list()
  t.deepEqual(all, [...all].sort())
  t.deepEqual(models.list({ include: 'vgg1?' }), ['vgg11', 'vgg13', 'vgg16', 'vgg19'])
  t.deepEqual(models.list({ include: ['*resnet50_2', 'vit_[hb]_*'], exclude: '*_32' }), [
    'vit_b_16',
    'vit_h_14',
    'wide_resnet50_2',
  ])
  t.deepEqual(models.list({ include: 'regnet_[!y]_3*' }), ['regnet_x_32gf', 'regnet_x_3_2gf'])
  t.deepEqual(models.list({ include: 'resnet.*' }), [])
  t.deepEqual(models.list({ exclude: '*' }), [])
  t.throws(() => models.list({ include: 5 as never }), { message: /models\.list.*include/ })
})

test('every listed network has its function, its enum, and a default among its weights', (t) => {
  for (const name of models.list()) {
    const { name: own } = models.getModelBuilder(name)
    t.is(Reflect.get(models, own), models.getModelBuilder(name), name)
    const weights = models.getModelWeights(name)
    const all = models.listWeights(name)
    t.true(
      all.some((one) => one === weights.DEFAULT),
      name,
    )
    for (const one of all) {
      t.is(one.model, name)
      t.is(Reflect.get(weights, one.name), one)
      t.regex(one.url, /^https:\/\/download\.pytorch\.org\/models\/[\w.-]+-[0-9a-f]{8,}\.pth$/)
      const digits = /-(\w+)\.pth$/.exec(one.url)?.[1]
      t.true(one.files[0]?.sha256.startsWith(digits ?? 'none'))
      t.true(one.fileSize > 0 && one.gflops > 0)
      t.true(one.transforms.cropSize <= one.transforms.resizeSize)
    }
  }
})

test('weights by enum and by name', (t) => {
  const { ResNet50Weights } = models
  t.deepEqual(Object.keys(ResNet50Weights), ['IMAGENET1K_V1', 'IMAGENET1K_V2', 'DEFAULT'])
  t.is(ResNet50Weights.DEFAULT, ResNet50Weights.IMAGENET1K_V2)
  t.is(models.getModelWeights('resnet50'), ResNet50Weights)
  t.is(models.getWeight('ResNet50_Weights.IMAGENET1K_V2'), ResNet50Weights.IMAGENET1K_V2)
  t.is(models.getWeight('ResNet50Weights.DEFAULT'), ResNet50Weights.IMAGENET1K_V2)
  t.is(models.VGG16Weights.DEFAULT.name, 'IMAGENET1K_V1')
  t.is(models.VGG16Weights.IMAGENET1K_FEATURES.categories, null)
  t.deepEqual(models.RegNetY1_6GFWeights.DEFAULT.metrics, { acc1: 80.876, acc5: 95.444 })
  t.deepEqual(
    { ...models.EfficientNetV2LWeights.DEFAULT.transforms },
    {
      resizeSize: 480,
      cropSize: 480,
      interpolation: 'bicubic',
      mean: [0.5, 0.5, 0.5],
      std: [0.5, 0.5, 0.5],
    },
  )
  t.is(models.MNASNet0_5Weights.DEFAULT.files[0]?.sha256, '3ffadce67e')
  for (const name of ['ResNet50_Weights', 'Nothing.DEFAULT', 'ResNet50_Weights.DEFAULT.x']) {
    t.throws(() => models.getWeight(name), { message: /models\.getWeight/ })
  }
  t.throws(() => models.getWeight('ResNet50_Weights.V9'), { message: /IMAGENET1K_V2/ })
})

test("ImageNet's classes", (t) => {
  const { categories } = models.ResNet18Weights.DEFAULT
  t.is(categories, models.IMAGENET_CATEGORIES)
  t.is(categories?.length, 1000)
  t.deepEqual(
    [categories?.[0], categories?.[207], categories?.[999]],
    ['tench', 'golden retriever', 'toilet tissue'],
  )
})

test('networks by name, in either spelling', async (t) => {
  const net = await models.getModel('squeezenet1_1', { numClasses: 3, dropout: 0 })
  t.true(net instanceof models.SqueezeNet)
  t.is(models.getModelBuilder('mobilenetV3Large'), models.mobilenetV3Large as never)
  t.is(models.getModelBuilder('regnetY1_6gf'), models.getModelBuilder('REGNET_Y_1_6GF'))
  await t.throwsAsync(models.getModel('resnet19'), { message: /models\.list\(\)/ })
})

test('options are checked, and named with the function that was called', async (t) => {
  await t.throwsAsync(models.mobilenetV2({ widthMult: 0 }), { message: /^mobilenetV2.*widthMult/ })
  await t.throwsAsync(models.vitB16({ dropout: 2 }), { instanceOf: RangeError })
  await t.throwsAsync(models.alexnet({ droput: 0.1 } as never), { message: /alexnet.*droput/ })
  await t.throwsAsync(models.resnext50_32x4d({ groups: 4 }), {
    message: /32 or nothing for groups/,
  })
  await t.throwsAsync(models.resnet18({ groups: 2 }), { message: /basic blocks/ })
  await t.throwsAsync(models.resnet50({ replaceStrideWithDilation: [true] as never }), {
    message: /three booleans/,
  })
  await t.throwsAsync(models.resnet50({ weights: models.ResNet18Weights.DEFAULT }), {
    message: /weights of resnet50, .*resnet18/,
  })
  await t.throwsAsync(models.vitH14({ pretrained: true }), { message: /IMAGENET1K_SWAG_E2E_V1/ })
  await t.throwsAsync(models.vitB16({ weights: 'DEFAULT', imageSize: 384 }), {
    message: /224 or nothing for imageSize/,
  })
  t.throws(() => new models.VisionTransformer({ imageSize: 30, patchSize: 8 } as never), {
    message: /VisionTransformer/,
  })
})

test('pictures are prepared as the weights need it', (t) => {
  const weights = models.EfficientNetB1Weights.IMAGENET1K_V1
  const preprocess = weights.transforms()
  t.deepEqual(models.imageClassification(weights).steps, preprocess.steps)
  t.deepEqual(
    preprocess.steps.map(({ name }) => name),
    ['resize', 'centerCrop', 'toTensor', 'convertImageDtype', 'normalize'],
  )
  const image = torch.full([3, 300, 400], 128, { dtype: 'uint8' })
  const output = preprocess(image)
  t.deepEqual(output.shape, [3, 240, 240])
  const { mean, std } = weights.transforms
  const values = output.amax([1, 2]).toArray() as number[]
  values.forEach((value, channel) => {
    const expected = (128 / 255 - (mean[channel] as number)) / (std[channel] as number)
    t.true(Math.abs(value - expected) < 1e-6)
  })
  t.throws(() => models.imageClassification('DEFAULT' as never), { message: /weights enum/ })
})
