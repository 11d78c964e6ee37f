// Compiled, never run: the types of composite transforms and of those of batches.
import { dataloader, type Tensor } from '../../lib/index.js'
import { models, transforms } from '../../lib/vision/index.js'

declare const image: Tensor
declare const labels: Tensor
declare const samples: readonly (readonly [Tensor, number])[]

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

const { compose, cutMix, invert, mixUp, pipeline, posterize, randomChoice, resize } = transforms

// Settings have the types of the functions' parameters, in all three forms.
is<Tensor>().of(posterize(image, 3), true)
is<transforms.Pipeline>().of(pipeline().posterize(3).randomPosterize(2, 0.5).randomInvert(), true)
// @ts-expect-error -- bits are a number
posterize(image, '3')
// @ts-expect-error -- so are they in a pipeline
pipeline().randomPosterize('2')
// @ts-expect-error -- and p
transforms.randomInvert(image, '0.5')
pipeline().randomApply([invert, posterize.step(3), pipeline().equalize(), (x) => x.sub(1)], 0.3)
pipeline()
  .randomOrder([invert, posterize.step(3)])
  .randomChoice([invert, resize.step(3)], [1, 2])
// @ts-expect-error -- one probability
pipeline().randomApply([invert], [0.3])
// @ts-expect-error -- resize needs a size
pipeline().randomOrder([resize])
pipeline().autoAugment('svhn', { interpolation: 'bilinear', fill: [1, 2, 3] })
// @ts-expect-error -- no such policy
pipeline().autoAugment('mnist')
// @ts-expect-error -- no such option
pipeline().randAugment({ ops: 2 })

// Geometry: several crops are an array as a function, and one tensor in a pipeline.
is<Tensor[]>().of(transforms.fiveCrop(image, 10), true)
is<transforms.Pipeline>().of(pipeline().tenCrop([8, 9], { verticalFlip: true }).hflip(), true)
pipeline().randomAffine([0, 5], { shear: [1, 2, 3, 4], translate: [0.1, 0.2], fill: null })
pipeline().randomCrop(32, { padding: [1, 2], padIfNeeded: true, paddingMode: 'edge' })
// @ts-expect-error -- no such mode for what deforms
transforms.rotate(image, 3, { interpolation: 'bicubic' })
// @ts-expect-error -- four corners
transforms.perspective(image, [[0, 0]], null)
// @ts-expect-error -- width and height
pipeline().scaleJitter(30)

// Steps for batches are functions of a batch, and of its samples; they are no steps of a pipeline.
const mix = mixUp.step({ numClasses: 3 })
is<transforms.BatchStep>().of(mix, true)
is<transforms.BatchStep>().of(randomChoice.step([mix, cutMix.step()], [0.2, 0.8]), true)
is<Tensor>().of(mix([image, labels])[0], true)
is<Tensor>().of(cutMix([image, labels], { alpha: 0.5, numClasses: 3 }).y, true)
compose([posterize.step(3), randomChoice.step([invert, posterize.step(2)])])
// @ts-expect-error -- of a batch
compose([mix])
// @ts-expect-error -- a batch is images and labels
mixUp(image, { numClasses: 3 })
for await (const [x, y] of dataloader(samples, { batchSize: 4, collate: mix.collate })) {
  is<Tensor>().of(x, true)
  is<Tensor>().of(y, true)
}

// What weights need.
is<transforms.Pipeline>().of(models.ResNet50Weights.DEFAULT.transforms(), true)
is<number>().of(models.ResNet50Weights.DEFAULT.transforms.resizeSize, true)

// Functions of the user's: of a tensor, of the bytes of a batch, of a module.
pipeline().lambda((one) => one.flip([-1]))
pipeline().lambda(
  (views, { height, width, indices }) =>
    views[0]?.fill(height * width * indices.length) && undefined,
  {
    views: true,
  },
)
pipeline().lambda(new URL('./fn.js', import.meta.url), { workers: 2 })
// @ts-expect-error -- a function of views changes them in place
pipeline().lambda((views) => views, { views: true })
// @ts-expect-error -- workers run modules
pipeline().lambda((one) => one, { workers: 2 })
