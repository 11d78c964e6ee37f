// Transforms that move pixels: every result must have torchvision's bytes, and every random one must leave
// the generator where torchvision leaves it.

import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import type { DType } from '../../../lib/torch/types.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { table } from '../../../lib/vision/transforms/table.js'
import {
  digest,
  formulaTensor,
  type GoldenDigest,
  type GoldenTensor,
  golden,
  tensorOf,
} from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

interface Result extends GoldenDigest {
  readonly at: readonly number[]
  readonly slice: GoldenTensor
}

interface Call {
  readonly op: keyof typeof table
  readonly args: readonly unknown[]
  readonly input: readonly [shape: readonly number[], dtype: DType]
}

interface Goldens {
  readonly products: readonly GoldenDigest[]
  readonly cases: readonly (Call & Result)[]
  readonly drawn: readonly (Call & {
    readonly seed: number
    readonly results: readonly Result[]
    readonly state: string
  })[]
}

// As the goldens were made: sums over several threads differ in the last bit.
torch.setNumThreads(1)

const { products, cases, drawn } = golden<Goldens>('transforms_geometric')

// Without fused multiply-add, as on old CPUs, the last bit differs.
const EXACT = ['AVX2', 'AVX512'].includes(native.versions().cpuCapability)

// What rests on matrix products and convolutions has the goldens' bits where these have.
const EXACT_PRODUCTS = EXACT && isDeepStrictEqual(torch.scope(productsHere), products)

const PRODUCTS = /rotat|affine|perspective|elastic|blur/i

function productsHere(): GoldenDigest[] {
  const matrix = formulaTensor([1, 2, 3], 9000)
  const image = formulaTensor([1, 3, 29, 37])
  const kernel = formulaTensor([3, 1, 7, 7], 9000)
  const results = [
    formulaTensor([1, 713, 3]).bmm(matrix.transpose(1, 2)),
    torch.conv2d(image, kernel, { groups: 3 }),
  ]
  return results.map(digest)
}

expectNoLiveTensors(test)

/** The picture that the goldens were made from. */
function picture([shape, dtype]: Call['input']): Tensor {
  const values = formulaTensor(shape).add(0.5)
  if (dtype === 'bool') return values.ge(0.5)
  return dtype.includes('float') ? values.to(dtype) : values.mul(256).floor().to(dtype)
}

/** The step of a pipeline that a case describes: it stacks what makes several images. */
function apply({ op, args }: Call, image: Tensor): Tensor {
  const step = table[op].step as (...settings: readonly unknown[]) => { apply(x: Tensor): Tensor }
  if (op !== 'elastic') return step(...args).apply(image)
  const [height, width] = image.shape.slice(-2) as [number, number]
  return step(formulaTensor([1, height, width, 2], 5000).div(4), ...args).apply(image)
}

/** What is wrong with a result; empty if nothing is. */
function wrong(op: string, result: Tensor, { dtype, shape, sha256, at, slice }: Result): string {
  const got = digest(result)
  if (got.dtype !== dtype || !isDeepStrictEqual(got.shape, shape)) {
    return `${got.dtype} [${got.shape}] rather than ${dtype} [${shape}]`
  }
  if (got.sha256 === sha256) return ''
  const part = at.reduce(
    (x, start, axis) => x.narrow(axis, start, slice.shape[axis] as number),
    result,
  )
  const [a, b] = [part.to('float64'), tensorOf(slice).to('float64')]
  const isExact = PRODUCTS.test(op) ? EXACT_PRODUCTS : EXACT
  const tolerance = { float64: 1e-4, float32: 1e-4, float16: 1e-2, bfloat16: 1e-1 }[dtype as string]
  if (!isExact && (a.sub(b).abs().max().item() as number) <= (tolerance ?? 1)) return ''
  return `other bytes; in the middle ${a.flatten().toArray()} rather than ${b.flatten().toArray()}`
}

for (const op of new Set(cases.map((entry) => entry.op))) {
  test(`${op} equals torchvision`, (t) => {
    for (const entry of cases.filter((other) => other.op === op)) {
      const { args, input } = entry
      t.is(wrong(op, apply(entry, picture(input)), entry), '', JSON.stringify([op, args, input]))
    }
  })
}

for (const op of new Set(drawn.map((entry) => entry.op))) {
  test.serial(`${op} draws what torchvision draws`, (t) => {
    for (const entry of drawn.filter((other) => other.op === op)) {
      const image = picture(entry.input)
      torch.manualSeed(entry.seed)
      for (const result of entry.results) {
        const what = JSON.stringify([op, entry.args, entry.input, entry.seed])
        t.is(wrong(op, apply(entry, image), result), '', what)
      }
      t.is(
        digest(torch.getRngState()).sha256,
        entry.state,
        `state after ${JSON.stringify(entry.args)}`,
      )
    }
  })
}

test('the functions of several crops give them one by one', (t) => {
  const image = picture([[3, 23, 31], 'uint8'])
  const crops = transforms.fiveCrop(image, 10)
  const stacked = transforms.pipeline().fiveCrop(10)(image)
  t.deepEqual(torch.stack(crops).toArray(), stacked.toArray())
  t.deepEqual([...transforms.pipeline().tenCrop(10)(image).shape], [10, 3, 10, 10])
})
