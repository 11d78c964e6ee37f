// In a loader a picture's random numbers do not depend on how it is made: by the native threads, with the steps they
// do not know on the batch, or all of it in JavaScript.

import test from 'ava'
import { dataloader, subset } from '../../../lib/data/index.js'
import { imageFolder } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { type Brief, brief } from '../../helpers/images.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const { colorJitter, gaussianNoise, pipeline, randomHorizontalFlip, randomInvert } = transforms
const photos = new URL('../../../examples/photos/train', import.meta.url)
const crop = pipeline().randomResizedCrop([40, 48])

const CHAINS: Readonly<Record<string, transforms.Pipeline>> = {
  'steps after those that native threads do': crop
    .randAugment()
    .randomHorizontalFlip()
    .gaussianNoise(),
  'parts of randomApply': crop
    .randomApply([colorJitter.step({ brightness: 0.4 }), gaussianNoise], 0.5)
    .randomHorizontalFlip()
    .toTensor(),
  'parts of randomOrder, before all else': pipeline()
    .randomOrder([randomInvert, randomHorizontalFlip])
    .resize([40, 40])
    .augMix()
    .toTensor(),
  'random forms of colour': pipeline()
    .resize([30, 40])
    .randomGrayscale(0.5)
    .randomSolarize(128)
    .randomPhotometricDistort()
    .autoAugment('svhn')
    .trivialAugmentWide(),
}

async function epoch(
  transform: transforms.Pipeline,
  numWorkers: number,
  mix: transforms.BatchStep,
): Promise<Brief[]> {
  const folder = await imageFolder(photos, { transform })
  const some = subset(folder, [0, 9, 20, 33, 41, 56, 60])
  const collate = transform.steps.at(-1)?.name === 'toTensor' ? { collate: mix.collate } : {}
  const loader = dataloader(some, { batchSize: 3, shuffle: true, seed: 11, numWorkers, ...collate })
  const seen: Brief[] = []
  for await (const [x, y] of loader) {
    seen.push(brief(x), brief(y))
    x.dispose()
    y.dispose()
  }
  return seen
}

for (const [name, chain] of Object.entries(CHAINS)) {
  test(`the same numbers with and without native threads: ${name}`, async (t) => {
    const mix = transforms.mixUp.step({ numClasses: 10 })
    const alone = await epoch(chain, 0, mix)
    t.is(alone.length, 6)
    t.deepEqual(await epoch(chain, 2, mix), alone)
    t.deepEqual(await epoch(chain, 1, mix), alone)
  })
}
