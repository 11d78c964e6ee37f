import { copyFile, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { DataLoaderError, DatasetError, dataloader } from '../../../lib/data/index.js'
import { torch } from '../../../lib/torch/index.js'
import { imageFolder } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const photos = fileURLToPath(new URL('../../../examples/photos', import.meta.url))
const photo = join(photos, 'test/fishes/fish9.jpg')

/** A new folder with a copy of one photo at each path; a path ending in `/` makes an empty folder. */
async function folderOf(...paths: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'folder-'))
  for (const path of paths) {
    const target = join(root, path)
    await mkdir(path.endsWith('/') ? target : join(target, '..'), { recursive: true })
    if (!path.endsWith('/')) await copyFile(photo, target)
  }
  return root
}

test('classes and files in code-point order', async (t) => {
  // The order of many locales would ignore the blank, or the case.
  const root = await folderOf(
    'REDHEAD/1.jpg',
    'RED WINGED BLACKBIRD/b.JPG',
    'RED WINGED BLACKBIRD/a.jpeg',
    'a/1.jpg',
    'Z/1.png',
    '\u{1f426}/1.jpg',
    '\uff5e/1.jpg',
  )
  const ds = await imageFolder(root)
  t.deepEqual(ds.classes, ['RED WINGED BLACKBIRD', 'REDHEAD', 'Z', 'a', '\uff5e', '\u{1f426}'])
  t.is(ds.classToIdx.REDHEAD, 1)
  t.is(ds.length, 7)
  t.deepEqual(ds.targets, [0, 0, 1, 2, 3, 4, 5])
  t.deepEqual(ds.samples[0], [join(root, 'RED WINGED BLACKBIRD/a.jpeg'), 0])
  t.is(ds.root, root)
})

test('folders within classes and links are followed, other files left out', async (t) => {
  const root = await folderOf('a/z.jpg', 'a/sub/deep/1.webp', 'a/notes.txt', 'top.jpg', 'b/1.tif')
  await symlink(join(root, 'a'), join(root, 'a/loop'))
  await symlink(join(root, 'b'), join(root, 'c'))
  const ds = await imageFolder(root)
  t.deepEqual(ds.classes, ['a', 'b', 'c'])
  t.deepEqual(
    ds.samples.map(([path]) => path.slice(root.length + 1)),
    ['a/z.jpg', 'a/sub/deep/1.webp', 'b/1.tif', 'c/1.tif'],
  )
})

test('a sample is image and class index, by name and position', async (t) => {
  const ds = await imageFolder(join(photos, 'test'))
  const item = await ds.get(0)
  const [x, y] = item
  t.deepEqual([x.dtype, x.size(0), y], ['uint8', 3, 0])
  t.is(item.x, x)
  t.is(item.y, 0)
})

test('transform, targetTransform, loader, extensions, isValidFile', async (t) => {
  const root = await folderOf('a/1.jpg', 'b/1.png', 'b/2.dat')
  const ds = await imageFolder(root, {
    transform: async (image) => image.size(1),
    targetTransform: (target) => `class ${target}`,
  })
  const [height, name] = await ds.get(1)
  t.deepEqual([height, name], [192, 'class 1'])
  const own = await imageFolder(root, {
    isValidFile: (path) => !path.endsWith('.png'),
    loader: (path) => torch.full([1, 2, 2], path.length),
    transform: transforms.pipeline().centerCrop(1),
  })
  t.is(own.length, 2)
  t.is((await own.get(0)).x.item(), String(own.samples[0]?.[0]).length)
  t.is((await imageFolder(root, { extensions: ['.DAT'], allowEmpty: true })).length, 1)
})

test('folders that are not as expected', async (t) => {
  const refuse = async (root: string, message: RegExp) => {
    const error = await t.throwsAsync(imageFolder(root), { instanceOf: DatasetError, message })
    t.is(error?.path, root)
    t.true(error?.message.includes(root))
  }
  await refuse(join(tmpdir(), 'not', 'there'), /there is no folder/)
  await refuse(photo, /is not a folder/)
  await refuse(await folderOf('1.jpg'), /no class folders/)
  const root = await folderOf('a/1.jpg', 'b/', 'c/1.txt')
  await refuse(root, /no picture in classes 'b', 'c' .*looked for \.jpg \.jpeg/)
  const ds = await imageFolder(root, { allowEmpty: true })
  t.deepEqual([ds.classes, ds.length], [['a', 'b', 'c'], 1])
})

test('wrong options', async (t) => {
  const refuse = (options: object, message: RegExp) =>
    t.throwsAsync(imageFolder(photos, options), { message })
  await refuse({ transform: 3 }, /a function for transform, got 3/)
  await refuse({ extensions: '.jpg' }, /an array of strings for extensions/)
  await refuse({ extensions: [1] }, /a string for an extension, got 1/)
  await refuse({ extensions: ['.jpg'], isValidFile: () => true }, /exclude each other/)
  await refuse({ transforms: 3 }, /unknown option "transforms"/)
  await t.throwsAsync(imageFolder(3 as never), { message: /a path or a file: URL for root, got 3/ })
})

const augmented = transforms
  .pipeline()
  .toTensor()
  .randomResizedCrop([32, 32])
  .colorJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 })
  .randomHorizontalFlip()
  .normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])

test('through the loader: batches of images and labels; the same pixels for any concurrency', async (t) => {
  const ds = await imageFolder(join(photos, 'test'), { transform: augmented })
  const epoch = async (concurrency: number, seed: number) => {
    const loader = dataloader(ds, { batchSize: 10, shuffle: true, seed, concurrency })
    const batches: { x: Uint8Array; y: unknown }[] = []
    for await (const { x, y } of loader) {
      t.deepEqual([x.dtype, y.dtype, ...x.shape.slice(1)], ['float32', 'int64', 3, 32, 32])
      batches.push({ x: x.toBytes(), y: y.toArray() })
    }
    t.is(batches.length, loader.length)
    return batches
  }
  const one = await epoch(1, 7)
  t.deepEqual(await epoch(2, 7), one)
  t.deepEqual(await epoch(5, 7), one)
  t.notDeepEqual(await epoch(5, 8), one)
})

test('a resumed epoch has the same pixels as the whole one', async (t) => {
  const ds = await imageFolder(join(photos, 'test'), { transform: augmented })
  const make = () => dataloader(ds, { batchSize: 9, shuffle: true, seed: 3 })
  const bytes: Uint8Array[] = []
  const loader = make()
  let state = loader.stateDict()
  for await (const { x } of loader) {
    bytes.push(x.toBytes())
    if (bytes.length === 2) state = loader.stateDict()
  }
  const resumed = make()
  resumed.loadStateDict(state)
  const rest: Uint8Array[] = []
  for await (const { x } of resumed) rest.push(x.toBytes())
  t.deepEqual(rest, bytes.slice(2))
})

test.serial('an epoch, and one left early, leave no tensor behind', async (t) => {
  const ds = await imageFolder(join(photos, 'test'), { transform: augmented })
  const before = torch.memory().live
  for (const early of [false, true]) {
    for await (const [x, y] of dataloader(ds, { batchSize: 5, shuffle: true })) {
      x.dispose()
      y.dispose()
      if (early) break
    }
    t.is(torch.memory().live, before)
  }
})

test('a failing transform names the file', async (t) => {
  const ds = await imageFolder(join(photos, 'test'), {
    transform: transforms.pipeline().normalize(0, 1),
  })
  const [path] = ds.samples[0] ?? []
  const error = await t.throwsAsync(dataloader(ds).iter().next(), { instanceOf: DataLoaderError })
  t.is(error?.path, path)
  t.regex(error?.message ?? '', /sample 0 failed: '.*jpg': transforms\.normalize: .*"uint8"/)
})

test('a damaged picture stops the epoch with its file', async (t) => {
  const root = await folderOf('a/1.jpg', 'a/3.jpg', 'b/1.jpg')
  const bad = join(root, 'a/2.jpg')
  await writeFile(bad, 'not a picture at all')
  const ds = await imageFolder(root, { transform: augmented })
  const error = await t.throwsAsync(
    async () => {
      for await (const _ of dataloader(ds, { batchSize: 2 }));
    },
    { instanceOf: DataLoaderError },
  )
  t.is(
    error?.message,
    `dataloader: sample 1 failed: could not decode '${bad}': it is a text file, not a picture that can be decoded`,
  )
  t.deepEqual([error?.path, error?.indices], [bad, [1]])
})
