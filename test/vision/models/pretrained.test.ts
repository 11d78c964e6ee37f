// Weights from files: by path, and as if they were published.
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { saveSafetensors } from '../../../lib/checkpoint/index.js'
import { weightsCache } from '../../../lib/hub/index.js'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { models } from '../../../lib/vision/index.js'
import { modelBuilder } from '../../../lib/vision/models/builder.js'
import { currentDenseNetKey } from '../../../lib/vision/models/densenet.js'
import { classes } from '../../../lib/vision/models/fields.js'
import { currentViTKey } from '../../../lib/vision/models/vision-transformer.js'
import { type Weights, weightsEnum } from '../../../lib/vision/models/weights-enum.js'
import { temporaryFolder } from '../../checkpoint/support/folder.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const equal = (t: ExecutionContext, a: nn.Module, b: nn.Module): void => {
  const other = b.stateDict()
  for (const [name, value] of a.stateDict()) t.true(value.equal(other.get(name) as Tensor), name)
}

/** Publishes weights of a small network: into the cache, under the name that their checksum gives them. */
async function publish(t: ExecutionContext, name: string, net: nn.Module): Promise<Weights> {
  const folder = await temporaryFolder(t)
  process.env.NODE_LIBTORCH_HOME = folder
  const cache = weightsCache()
  await mkdir(cache, { recursive: true })
  const file = path.join(cache, 'weights')
  await saveSafetensors(Object.fromEntries(net.stateDict()), file)
  const bytes = await readFile(file)
  const fileName = `${name}-${createHash('sha256').update(bytes).digest('hex').slice(0, 8)}.pth`
  await rename(file, path.join(cache, fileName))
  return weightsEnum(name, name, 'V1', {
    V1: {
      file: fileName,
      numParams: 10,
      metrics: { acc1: 1, acc5: 1 },
      gflops: 1,
      fileSize: 1,
      minSize: [1, 1],
      transforms: { resizeSize: 2, cropSize: 1 },
      recipe: '',
    },
  }).DEFAULT
}

class Tiny extends nn.Module {
  body = nn.linear(3, 2)
  head: nn.Linear

  constructor(numClasses: number) {
    super()
    this.head = nn.linear(2, numClasses)
  }

  override forward(x: Tensor): Tensor {
    return this.head(this.body(x))
  }
}

const tiny = (name: string) =>
  modelBuilder({
    name,
    fields: { numClasses: classes() },
    head: 'head',
    build: ({ numClasses }) => new Tiny(numClasses),
    rename: (key) => key.replace(/^old\./, ''),
  })

test.serial(
  'published weights: for other classes the classifier keeps its random ones',
  async (t) => {
    const build = tiny('tiny')
    const original = new Tiny(1000)
    const weights = await publish(t, 'tiny', original)
    equal(t, original, await build({ weights }))
    equal(t, original, await build({ weights: 'DEFAULT' }))
    torch.manualSeed(3)
    const random = await build({ numClasses: 5 })
    torch.manualSeed(3)
    const other = await build({ weights, numClasses: 5 })
    equal(t, original.body, other.body)
    equal(t, random.head, other.head)
    await t.throwsAsync(build({ pretrained: true }), { message: /'V1'/ })
  },
)

test.serial('published weights that lack something else are refused', async (t) => {
  const build = tiny('tiny2')
  const weights = await publish(t, 'tiny2', nn.linear(3, 2))
  await t.throwsAsync(build({ weights, numClasses: 5 }), { message: /body\.weight/ })
})

test.serial('weights by path must fit altogether', async (t) => {
  const file = path.join(await temporaryFolder(t), 'tiny.safetensors')
  const original = new Tiny(4)
  const renamed = [...original.stateDict()].map(([key, value]) => [`old.${key}`, value])
  await saveSafetensors(Object.fromEntries(renamed), file)
  const build = tiny('tiny3')
  equal(t, original, await build({ weights: file, numClasses: 4 }))
  await t.throwsAsync(build({ weights: file, numClasses: 5 }), { message: /head\.weight/ })
})

test('names of old state dicts', (t) => {
  const dense = new models.DenseNet({ growthRate: 2, blockConfig: [1, 2], numInitFeatures: 4 })
  const keys = [...dense.stateDict().keys()].filter((key) => !key.endsWith('num_batches_tracked'))
  const old = keys.map((key) => key.replace(/(denselayer\d+\.(?:norm|conv))([12]\.)/, '$1.$2'))
  t.true(old.includes('features.denseblock2.denselayer2.norm.1.running_var'))
  t.deepEqual(old.map(currentDenseNetKey), keys)
  t.deepEqual(keys.map(currentDenseNetKey), keys)
  const block = 'encoder.layers.encoder_layer_3.mlp'
  t.is(currentViTKey(`${block}.linear_1.weight`), `${block}.0.weight`)
  t.is(currentViTKey(`${block}.linear_2.bias`), `${block}.3.bias`)
  t.is(currentViTKey(`${block}.3.bias`), `${block}.3.bias`)
})
