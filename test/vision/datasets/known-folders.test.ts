// Food101, EuroSAT, Imagenette, OxfordIIITPet, Flowers102 against torchvision, on small folders laid out like theirs.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { DatasetError } from '../../../lib/data/index.js'
import { readFlowers } from '../../../lib/vision/datasets/flowers102.js'
import { FLOWERS } from '../../../lib/vision/datasets/flowers102-classes.js'
import {
  eurosat,
  flowers102,
  food101,
  type ImageDataset,
  imagenette,
  oxfordIIITPet,
} from '../../../lib/vision/datasets/index.js'
import { tarOf } from '../../archive/support/tar.js'
import { temporaryFolder } from '../../checkpoint/support/folder.js'
import { golden } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { sendFile, serve } from '../../hub/support/server.js'

expectNoLiveTensors(test)

type Name = 'food101' | 'eurosat' | 'imagenette' | 'oxfordIIITPet' | 'flowers102'

interface Golden {
  layouts: { name: string; files: Record<string, string> }[]
  cases: {
    name: Name
    layout: string
    options: Record<string, string>
    classes: (string | string[])[]
    samples: [path: string, target: number][]
    class_to_idx?: Record<string, number>
    wnids?: string[]
    wnid_to_idx?: Record<string, number>
    _bin_labels?: number[]
  }[]
  downloads: { name: Name; options: Record<string, string>; files: [url: string, md5: string][] }[]
}

const { layouts, cases, downloads } = golden<Golden>('image_datasets')
const makers = { food101, eurosat, imagenette, oxfordIIITPet, flowers102 }
const make = (name: Name, root: string, options: object): Promise<ImageDataset> =>
  (makers[name] as (root: string, options: object) => Promise<ImageDataset>)(root, options)

async function layOut(t: ExecutionContext, name: string): Promise<string> {
  const root = await temporaryFolder(t)
  const files = layouts.find((layout) => layout.name === name)?.files ?? {}
  for (const [file, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await writeFile(path.join(root, file), Buffer.from(content, 'base64'))
  }
  return root
}

for (const { name, layout, options, ...expected } of cases) {
  if (name === 'flowers102') continue
  test(`${name} ${JSON.stringify(options)}: classes, order and targets as in torchvision`, async (t) => {
    const root = await layOut(t, layout)
    const ds = await make(name, root, options)
    t.deepEqual(
      ds.samples.map(([file, target]) => [path.relative(root, file), target]),
      expected.samples,
    )
    t.is(ds.length, expected.samples.length)
    t.deepEqual(
      ds.targets,
      expected.samples.map(([, target]) => target),
    )
    t.deepEqual(ds.classToIdx, expected.class_to_idx)
    t.deepEqual(
      ds.classes,
      expected.classes.map((all) => (Array.isArray(all) ? all[0] : all)),
    )
    if (name === 'imagenette') {
      const { classNames, wnids, wnidToIdx } = ds as Awaited<ReturnType<typeof imagenette>>
      t.deepEqual({ classNames, wnids, wnidToIdx }, {
        classNames: expected.classes,
        wnids: expected.wnids,
        wnidToIdx: expected.wnid_to_idx,
      } as never)
    }
    if (name === 'oxfordIIITPet') {
      const binary = await oxfordIIITPet(root, { ...options, targetTypes: 'binary-category' })
      t.deepEqual(binary.targets, expected._bin_labels as number[])
      t.deepEqual(binary.classes, ds.classes)
      t.deepEqual(binary.binClassToIdx, { Cat: 0, Dog: 1 })
    }
  })
}

test("flowers102: the lists that scipy wrote, in torchvision's order", async (t) => {
  for (const { layout, options, classes, samples } of cases.filter(
    ({ name }) => name === 'flowers102',
  )) {
    const root = await layOut(t, layout)
    t.deepEqual(FLOWERS, classes as string[])
    const found = await readFlowers(path.join(root, 'flowers-102'), options.split as 'train')
    t.deepEqual(
      found.map(([file, target]) => [path.relative(root, file), target]),
      samples,
    )
    // The real function insists on the real lists.
    await t.throwsAsync(flowers102(root, options), {
      instanceOf: DatasetError,
      message: /imagelabels\.mat' is damaged: expected the md5 e0620be6f572b9609742df49c70aed4d/,
    })
  }
})

for (const { name, options, files } of downloads) {
  test(`${name} ${JSON.stringify(options)}: without its files, where they are; no wrong ones are taken`, async (t) => {
    const root = await temporaryFolder(t)
    const error = await t.throwsAsync(make(name, root, options), { instanceOf: DatasetError })
    for (const [url] of files) t.true(error?.message.includes(url), error?.message)
    const asked: string[] = []
    const { url } = await serve(t, (request, response) => {
      asked.push(request.url ?? '')
      return sendFile(request, response, tarOf({ name: 'x', content: 'x' }))
    })
    const [first, md5] = files[0] as [string, string]
    const mirrors = [`${new URL(url).origin}/mirror/`]
    const more = { ...options, download: true, mirrors, progress: false }
    await t.throwsAsync(make(name, root, more), {
      name: 'DownloadError',
      message: new RegExp(`expected the md5 ${md5}, got [0-9a-f]{32}`),
    })
    t.deepEqual(asked, [`/mirror/${path.basename(first)}`])
  })
}

test('files that are damaged or hold something else are named', async (t) => {
  const food = await layOut(t, 'food101')
  const json = path.join(food, 'food-101/meta/train.json')
  for (const text of ['{"a":', '[]', '{"a": "b"}', '{"a": [1]}']) {
    await writeFile(json, text)
    await t.throwsAsync(food101(food), {
      instanceOf: DatasetError,
      message: /train\.json' is damaged/,
    })
  }
  const pets = await layOut(t, 'oxford_iiit_pet')
  const list = path.join(pets, 'oxford-iiit-pet/annotations/test.txt')
  for (const text of [
    'a_1 1 1',
    'a_1 1 1 1\n\nb_1 1 1 1',
    'a_1 0 1 1',
    'a_1 1 3 1',
    'a_1 x 1 1',
    '',
  ]) {
    await writeFile(list, text)
    await t.throwsAsync(oxfordIIITPet(pets, { split: 'test' }), {
      instanceOf: DatasetError,
      message: /test\.txt' is damaged: line \d is not a name and three numbers/,
    })
  }
  const nette = await layOut(t, 'imagenette')
  await mkdir(path.join(nette, 'imagenette2/val/n00000000'))
  await writeFile(path.join(nette, 'imagenette2/val/n00000000/a.JPEG'), '')
  await t.throwsAsync(imagenette(nette, { split: 'val' }), {
    message: /n00000000' is no class of it/,
  })
  const flowers = path.join(await layOut(t, 'flowers102'), 'flowers-102')
  const mat = path.join(flowers, 'imagelabels.mat')
  await writeFile(mat, (await readFile(mat)).subarray(0, 150))
  await t.throwsAsync(readFlowers(flowers, 'train'), {
    message: /imagelabels\.mat' has an element of/,
  })
})

test('wrong options are named', async (t) => {
  const root = await temporaryFolder(t)
  await t.throwsAsync(food101(root, { split: 'val' as 'test' }), {
    message: /one of 'train', 'test' for split/,
  })
  await t.throwsAsync(imagenette(root, { size: '64px' as 'full' }), {
    message: /'full', '320px', '160px'/,
  })
  await t.throwsAsync(eurosat(root, { split: 'train' } as object), {
    message: /unknown option "split"/,
  })
  await t.throwsAsync(flowers102(5 as never), { message: /a path or a file: URL for root, got 5/ })
  await t.throwsAsync(eurosat(new URL('http://x/y')), {
    message: /a path or a file: URL for root, got "http:\/\/x\/y"/,
  })
  for (const mirrors of ['http://x' as never, []]) {
    await t.throwsAsync(food101(root, { mirrors }), { message: /for mirrors, got/ })
  }
  await t.throwsAsync(oxfordIIITPet(root, { targetTypes: ['boxes'] as never }), {
    message: /'segmentation'/,
  })
  await t.throwsAsync(oxfordIIITPet(root, { transforms: (x) => [x, 0], transform: (x) => x }), {
    message: /transforms excludes transform and targetTransform/,
  })
})
