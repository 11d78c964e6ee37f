// Compiled, never run: the types of data sets in memory, samplers and of what draws on pictures.
import { data, type Tensor, torch } from '../../lib/index.js'
import { contactSheet, datasets, drawBoundingBoxes } from '../../lib/vision/index.js'

declare const image: Tensor

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

const digits = await datasets.mnist('data')
is<data.Pair<Tensor, number>>().of(await digits.get(0), true)
const named = await datasets.cifar10('data', { targetTransform: (target) => `class ${target}` })
is<data.Pair<Tensor, string>>().of(await named.get(0), true)
const facts = await datasets.qmnist('data', { compat: false })
is<data.Pair<Tensor, Tensor>>().of(await facts.get(0), true)
// @ts-expect-error -- without a split
datasets.emnist('data')
datasets.fromArrays(new Uint8Array(12), ['a'], { shape: [3, 2, 2] })
// @ts-expect-error -- labels are numbers or names
datasets.fromArrays(new Uint8Array(12), [true], { shape: [3, 2, 2] })

// Parts and unions keep what a sample and a batch are.
const [part] = data.randomSplit(digits, [0.5, 0.5], { generator: new torch.Generator() })
if (part !== undefined)
  is<data.Pair<Tensor, number>>().of(
    await data.concat([part, data.subset(digits, [1])]).get(0),
    true,
  )

const order: data.Sampler = data.samplers.weightedRandom([1, 2], 5)
data.samplers.distributed(digits, { numReplicas: 2, rank: 0 }).setEpoch(1)
// @ts-expect-error -- every process has a rank
data.samplers.distributed(digits, { numReplicas: 2 })

drawBoundingBoxes(image, [[1, 2, 3, 4]], { colors: ['red', [1, 2, 3]] })
// @ts-expect-error -- a colour has three parts
drawBoundingBoxes(image, [[1, 2, 3, 4]], { colors: [[1, 2]] })
void contactSheet(digits, { count: order.length ?? 1 })
