// Networks against torchvision: names, layers, first weights, outputs and gradients. `npm run parity -- models`
// compares the large ones too.
import test from 'ava'
import { torch } from '../../../lib/index.js'
import { models } from '../../../lib/vision/index.js'
import { measuresOf, type Row } from '../../../scripts/parity/models/index.js'
import { differences, measure } from '../../../scripts/parity/models/measure.js'
import { golden } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { variants } from './variants.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const goldens = golden<{ models: Row[]; variants: Row[] }>('models')

/** Of each architecture the smallest; the variants stand for the others. */
const SMALL = [
  'squeezenet1_0',
  'squeezenet1_1',
  'densenet121',
  'mobilenet_v2',
  'mobilenet_v3_small',
  'mobilenet_v3_large',
  'efficientnet_b0',
  'regnet_x_400mf',
  'regnet_y_400mf',
  'resnext50_32x4d',
  'shufflenet_v2_x0_5',
  'mnasnet0_5',
]

for (const name of SMALL) {
  test.serial(`${name} is torchvision's`, async (t) => {
    const row = goldens.models.find((one) => one.name === name) as Row
    t.deepEqual(differences(await measure(name, row.size), measuresOf(row)), [])
  })
}

for (const row of goldens.variants) {
  test.serial(`${row.name} with options is torchvision's`, async (t) => {
    const actual = await measure(row.name, row.size, variants[row.name])
    t.deepEqual(differences(actual, measuresOf(row)), [])
  })
}

test('the goldens know every network, and as many parameters as its published weights have', (t) => {
  t.deepEqual(
    goldens.models.map(({ name }) => name),
    models.list(),
  )
  for (const { name, numParameters } of goldens.models) {
    // ViT's other weights are for larger pictures, with more positions.
    const published = models.listWeights(name).filter(({ minSize }) => minSize[0] <= 224)
    for (const weights of published) t.is(weights.numParams, numParameters, name)
  }
})

test.serial('a difference is seen', async (t) => {
  const row = goldens.models.find(({ name }) => name === 'squeezenet1_1') as Row
  const expected = measuresOf(row)
  const actual = await measure('squeezenet1_1', row.size, () =>
    models.squeezenet1_1({ dropout: 0.4 }),
  )
  t.deepEqual(
    differences(actual, expected).map((text) => text.split(' ')[0]),
    ['layers', 'train', 'gradientNorm'],
  )
})
