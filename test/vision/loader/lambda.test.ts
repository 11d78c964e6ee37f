// Functions of the user's within a pipeline, in a loader.

import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import test from 'ava'
import { type DataLoaderOptions, dataloader } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { imageFolder } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const photos = fileURLToPath(new URL('../../../examples/photos/test', import.meta.url))
const root = mkdtempSync(join(tmpdir(), 'lambda-'))
test.after.always(() => rm(root, { recursive: true }))

const start = transforms.pipeline().randomResizedCrop([30, 40])
const end = (chain: transforms.Pipeline) =>
  chain.randomHorizontalFlip().colorJitter({ brightness: 0.4 }).toTensor().normalize(0.5, 0.25)

/** What the functions below do to a picture, as a transform of tensors. */
const negative = end(start.lambda((image) => image.bitwiseXor(255)))

function invert(views: readonly Uint8Array[]): void {
  for (const view of views)
    for (let i = 0; i < view.length; i++) view[i] = 255 - (view[i] as number)
}

/** The address of a module with this text. */
async function module(name: string, text: string): Promise<URL> {
  const file = join(root, `${name}.mjs`)
  await writeFile(file, text)
  return pathToFileURL(file)
}

const INVERT = `export default (views, { height, width, indices }) => {
  if (views.length !== indices.length) throw new Error('not the indices of the pictures')
  for (const view of views) {
    if (view.length !== height * width * 3) throw new Error('not its size')
    for (let i = 0; i < view.length; i++) view[i] = 255 - view[i]
  }
}`

async function epoch(transform: transforms.Pipeline, options: object = {}): Promise<string[]> {
  const ds = await imageFolder(photos, { transform })
  const hashes: string[] = []
  const all: DataLoaderOptions<unknown, [Tensor, Tensor]> = {
    batchSize: 12,
    shuffle: true,
    seed: 2,
  }
  for await (const [x, y] of dataloader(ds, { ...all, ...options } as object)) {
    hashes.push(createHash('sha1').update(x.toBytes()).digest('hex'), String(y.toArray()))
    x.dispose()
    y.dispose()
  }
  return hashes
}

test('views: all pictures of a batch at once, in place, with native steps before and behind', async (t) => {
  const calls: number[] = []
  const seen = new Set<number>()
  const transform = end(
    start.lambda(
      (views, { height, width, indices }) => {
        calls.push(views.length)
        for (const index of indices) seen.add(index)
        t.deepEqual([height, width], [30, 40])
        invert(views)
      },
      { views: true },
    ),
  )
  t.deepEqual(await epoch(transform), await epoch(negative))
  // Batches may be ready in another order than they are given out in.
  t.deepEqual(
    calls.sort((a, b) => b - a),
    [12, 12, 4],
  )
  t.is(seen.size, 28)
  t.deepEqual(await epoch(transform, { numWorkers: 0 }), await epoch(negative))
  const ds = await imageFolder(photos, { transform })
  const loader = dataloader(ds, { batchSize: 28 })
  for await (const _ of loader);
  t.true((loader.report.stages.lambda as number) > 0)
})

test('views: an asynchronous function, and two of them', async (t) => {
  const wait = async (views: Uint8Array[]) => {
    await new Promise((resolve) => setTimeout(resolve, 2))
    invert(views)
  }
  t.deepEqual(await epoch(end(start.lambda(wait, { views: true }))), await epoch(negative))
  const twice = start.lambda(wait, { views: true }).verticalFlip().lambda(wait, { views: true })
  t.deepEqual(await epoch(end(twice)), await epoch(end(start.verticalFlip())))
})

test('a module in worker threads', async (t) => {
  const url = await module('invert', INVERT)
  const plain = await epoch(negative)
  for (const workers of [1, 3]) {
    t.deepEqual(await epoch(end(start.lambda(url, { workers }))), plain)
  }
})

test('leaving the loop ends the worker threads', async (t) => {
  const url = await module('slow', `${INVERT}\nsetInterval(() => {}, 1000)`)
  const ds = await imageFolder(photos, { transform: end(start.lambda(url)) })
  for await (const [x] of dataloader(ds, { batchSize: 5, prefetch: 3 })) {
    t.is(x.size(0), 5)
    break
  }
})

test('errors name the function or the module', async (t) => {
  const fail = start.lambda(
    () => {
      throw new Error('not today')
    },
    { views: true },
  )
  await t.throwsAsync(epoch(fail), {
    message: /^dataloader: batch 0 \(samples .*\) failed: not today$/,
  })
  const cases: [string, RegExp][] = [
    [
      'export default () => { throw new Error("not today") }',
      /the module 'file:.*0\.mjs' failed: not today/,
    ],
    ['export const other = 1', /1\.mjs' failed: its default export is not a function/],
    ['this is no program', /2\.mjs' failed: /],
    ['export default () => process.exit(3)', /3\.mjs' failed: its thread ended with code 3/],
  ]
  for (const [i, [text, message]] of cases.entries()) {
    const url = await module(String(i), text)
    await t.throwsAsync(epoch(start.lambda(url, { workers: 2 })), { message })
  }
  await t.throwsAsync(epoch(start.lambda(new URL('file:///not/there.mjs'))), {
    message: /not\/there\.mjs' failed: Cannot find/,
  })
})

test('outside of a loader, and where bytes of one size are missing', async (t) => {
  const image = torch.arange(24, { dtype: 'uint8' }).reshape([3, 2, 4])
  const inverted = transforms.pipeline().lambda(invert, { views: true })(image)
  t.true(torch.equal(inverted, image.bitwiseXor(255)))
  t.throws(() => transforms.pipeline().toTensor().lambda(invert, { views: true })(image), {
    message: /a function of views takes uint8 \[3, H, W\], got float32 \[3, 2, 4\]/,
  })
  t.throws(() => transforms.pipeline().lambda(async () => {}, { views: true })(image), {
    message: /asynchronous function of views runs in a data loader only/,
  })
  const url = await module('unsized', INVERT)
  await t.throwsAsync(epoch(transforms.pipeline().lambda(url).resize([8, 8])), {
    message:
      /unsized\.mjs' runs in a data loader only, on pictures that a step before it has given one size/,
  })
  t.throws(() => transforms.pipeline().lambda(3 as never), {
    message: /a function or the URL of a module for fn, got 3/,
  })
  t.throws(() => transforms.pipeline().lambda(invert as never, { workers: 2 } as never), {
    message: /workers run a module: give its URL/,
  })
  t.throws(() => transforms.pipeline().lambda(url, { workers: 0 }), { message: /workers, got 0/ })
})
