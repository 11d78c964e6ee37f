// The pets' targets: classes, masks, several at once, transforms of image and target together.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import sharp from 'sharp'
import { DatasetError, dataloader } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import { oxfordIIITPet } from '../../../lib/vision/datasets/index.js'
import { pipeline } from '../../../lib/vision/transforms/index.js'
import { temporaryFolder } from '../../checkpoint/support/folder.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const WIDTH = 5
const HEIGHT = 4
const PETS = ['Abyssinian_1', 'boxer_2', 'boxer_3']

/** The class numbers of a mask: 1, 2, 3, 1 ... from another start for each pet. */
const mask = (pet: number): Uint8Array =>
  Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => 1 + ((i + pet) % 3))

async function pets(t: ExecutionContext): Promise<string> {
  const root = await temporaryFolder(t)
  const folder = path.join(root, 'oxford-iiit-pet')
  for (const name of ['images', 'annotations/trimaps']) {
    await mkdir(path.join(folder, name), { recursive: true })
  }
  const lines = ['Abyssinian_1 1 1 1', 'boxer_2 2 2 1', 'boxer_3 2 2 1']
  await writeFile(path.join(folder, 'annotations/trainval.txt'), `${lines.join('\n')}\n`)
  for (const [i, name] of PETS.entries()) {
    const create = {
      width: WIDTH,
      height: HEIGHT,
      channels: 3 as const,
      background: { r: 10 * i, g: 0, b: 9 },
    }
    await sharp({ create })
      .png()
      .toFile(path.join(folder, `images/${name}.jpg`))
    const raw = { width: WIDTH, height: HEIGHT, channels: 1 } as const
    await sharp(mask(i), { raw })
      .toColourspace('b-w')
      .png()
      .toFile(path.join(folder, `annotations/trimaps/${name}.png`))
  }
  return root
}

test('a class index; the kind of animal', async (t) => {
  const root = await pets(t)
  const breeds = await oxfordIIITPet(root)
  t.deepEqual(breeds.classes, ['Abyssinian', 'Boxer'])
  const { x, y } = await breeds.get(1)
  t.is(y, 1)
  t.deepEqual(x.shape, [3, HEIGHT, WIDTH])
  t.deepEqual([x.select(0, 0).max().item(), x.select(0, 2).min().item()], [10, 9])
  x.dispose()
  const animals = await oxfordIIITPet(root, {
    targetTypes: ['binary-category'],
    targetTransform: (kind) => ['cat', 'dog'][kind],
  })
  const item = await animals.get(2)
  t.is(item.y, 'dog')
  item.x.dispose()
})

test('masks keep their class numbers', async (t) => {
  const ds = await oxfordIIITPet(await pets(t), { targetTypes: 'segmentation' })
  for (let i = 0; i < PETS.length; i++) {
    const { x, y } = await ds.get(i)
    t.is(y.dtype, 'uint8')
    t.deepEqual(y.shape, [HEIGHT, WIDTH])
    t.deepEqual([...y.toBytes()], [...mask(i)])
    ds.release(await ds.get(i))
    x.dispose()
    y.dispose()
  }
})

test('several targets at once, or none', async (t) => {
  const root = await pets(t)
  const all = await oxfordIIITPet(root, {
    targetTypes: ['category', 'segmentation', 'binary-category'],
  })
  const item = await all.get(0)
  const [breed, trimap, kind] = item.y
  t.deepEqual([breed, trimap.shape, kind], [0, [HEIGHT, WIDTH], 0])
  all.release(item)
  const none = await oxfordIIITPet(root, { targetTypes: [] })
  const { x, y } = await none.get(0)
  t.is(y, null)
  x.dispose()
})

test('batches of images and masks, through a loader, decoded natively or not', async (t) => {
  const root = await pets(t)
  const options = { targetTypes: 'segmentation' } as const
  const plain = await oxfordIIITPet(root, options)
  const chain = await oxfordIIITPet(root, { ...options, transform: pipeline().toDtype('float32') })
  for (const ds of [plain, chain]) {
    for await (const { x, y } of dataloader(ds, { batchSize: 3 })) {
      t.deepEqual(x.shape, [3, 3, HEIGHT, WIDTH])
      t.deepEqual(y.shape, [3, HEIGHT, WIDTH])
      t.is(y.dtype, 'uint8')
      t.deepEqual(
        [...y.toBytes()],
        [0, 1, 2].flatMap((i) => [...mask(i)]),
      )
      x.dispose()
      y.dispose()
    }
  }
})

test('transforms see image and target, and their errors name the file', async (t) => {
  const root = await pets(t)
  const ds = await oxfordIIITPet(root, {
    targetTypes: 'segmentation',
    transforms: (image, trimap) =>
      torch.scope(() => [image.flip([-1]).sum().item(), trimap.eq(1).sum().item()] as const),
  })
  const { x, y } = await ds.get(1)
  t.is(x, WIDTH * HEIGHT * (10 + 9))
  t.is(y, [...mask(1)].filter((value) => value === 1).length)
  const failing = await oxfordIIITPet(root, {
    transforms: () => {
      throw new Error('no')
    },
  })
  const error = await t.throwsAsync(async () => failing.get(2), { instanceOf: DatasetError })
  t.regex(error?.message ?? '', /boxer_3\.jpg': no$/)
})

test('a mask in colour, or none, is an error with its path', async (t) => {
  const root = await pets(t)
  const trimaps = path.join(root, 'oxford-iiit-pet/annotations/trimaps')
  const create = { width: 2, height: 2, channels: 3 as const, background: 'red' }
  await sharp({ create }).png().toFile(path.join(trimaps, 'boxer_2.png'))
  await writeFile(path.join(trimaps, 'boxer_3.png'), 'no picture')
  const ds = await oxfordIIITPet(root, { targetTypes: 'segmentation' })
  await t.throwsAsync(async () => ds.get(1), { message: /boxer_2\.png': expected a grey picture/ })
  await t.throwsAsync(async () => ds.get(2), { message: /boxer_3\.png'/ })
})
