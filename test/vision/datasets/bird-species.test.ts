// The birds: where they are looked for, and how each source is asked for them.
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import sharp from 'sharp'
import { DatasetError, dataloader } from '../../../lib/data/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { resourcesOf } from '../../../lib/vision/datasets/bird-species-sources.js'
import { birdSpecies } from '../../../lib/vision/datasets/index.js'
import { kaggleCredentials } from '../../../lib/vision/datasets/kaggle.js'
import { tarOf } from '../../archive/support/tar.js'
import { zipped } from '../../archive/support/zip.js'
import { temporaryFolder } from '../../checkpoint/support/folder.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { content, sendFile, serve } from '../../hub/support/server.js'

expectNoLiveTensors(test)

// Blanks, doubled blanks and hyphens are part of the names, and decide the order.
const SPECIES = ['RED  WINGED BLACKBIRD', 'RED-TAIL', 'REDHEAD']

/** A release: `count` pictures of each species in each split. */
async function release(prefix = '', count = 2, splits = ['train', 'valid', 'test']) {
  const create = { width: 8, height: 8, channels: 3 as const, background: 'teal' }
  const picture = await sharp({ create }).png().toBuffer()
  return splits.flatMap((split) =>
    SPECIES.flatMap((species) =>
      Array.from({ length: count }, (_, i) => ({
        name: `${prefix}${split}/${species}/${i}.png`,
        content: picture,
      })),
    ),
  )
}

/** A server with files by path, that notes what it was asked for. */
async function mirror(t: ExecutionContext, files: Record<string, Uint8Array>) {
  const asked: string[] = []
  const { url } = await serve(t, (request, response) => {
    asked.push(`${request.url}${request.headers.authorization ? ' with a token' : ''}`)
    const bytes = files[request.url ?? '']
    if (bytes === undefined) return void response.writeHead(404).end()
    return sendFile(request, response, Buffer.from(bytes))
  })
  return { asked, origin: new URL(url).origin }
}

const quiet = { download: true, progress: false }

test('from the CDN: downloaded once, unpacked, split by split', async (t) => {
  const root = await temporaryFolder(t)
  const zip = zipped(await release())
  const { asked, origin } = await mirror(t, { '/d/bird-species.zip': zip })
  const options = { ...quiet, source: 'cdn', mirrors: [`${origin}/d`] } as const
  const ds = await birdSpecies(root, options)
  t.is(ds.root, path.join(root, 'bird-species/train'))
  t.deepEqual(ds.classes, SPECIES)
  t.deepEqual(ds.targets, [0, 0, 1, 1, 2, 2])
  for (const split of ['valid', 'test'] as const) {
    t.is((await birdSpecies(root, { ...options, split })).length, 6)
  }
  t.deepEqual(asked, ['/d/bird-species.zip'])
  t.is((await birdSpecies(root)).length, 6, 'without download, from any source')
  const batches: number[][] = []
  for await (const { x, y } of dataloader(ds, { batchSize: 4 })) {
    batches.push([...(x as Tensor).shape])
    ;(x as Tensor).dispose()
    ;(y as Tensor).dispose()
  }
  t.deepEqual(batches, [
    [4, 3, 8, 8],
    [2, 3, 8, 8],
  ])
})

test('from Hugging Face: an archive for each split, the token only to its own server', async (t) => {
  const root = await temporaryFolder(t)
  const files: Record<string, Uint8Array> = {}
  for (const split of ['train', 'valid', 'test']) {
    files[`/m/${split}.tar.gz`] = gzipSync(tarOf(...(await release('', 1, [split]))))
  }
  const { asked, origin } = await mirror(t, files)
  process.env.HF_TOKEN = 'secret'
  t.teardown(() => delete process.env.HF_TOKEN)
  const ds = await birdSpecies(root, {
    ...quiet,
    source: 'huggingface',
    mirrors: [`${origin}/m`],
    split: 'valid',
  })
  t.is(ds.root, path.join(root, 'birds-525-species/valid'))
  t.is(ds.length, 3)
  t.deepEqual(asked, ['/m/train.tar.gz', '/m/valid.tar.gz', '/m/test.tar.gz'])
  const [own] = await resourcesOf('huggingface', {})
  t.regex(own?.urls[0] ?? '', /^https:\/\/huggingface\.co\/datasets\/[\w/-]+\/train\.tar\.gz$/)
  t.deepEqual(own?.headers, { authorization: 'Bearer secret' })
})

test('an own address, with its checksum; one that is wrong is refused', async (t) => {
  const zip = zipped(await release('birds/'))
  const { asked, origin } = await mirror(t, { '/my.zip': zip, '/page.zip': Buffer.from('<html>') })
  const root = await temporaryFolder(t)
  const url = `${origin}/my.zip`
  await t.throwsAsync(birdSpecies(root, { ...quiet, url, md5: '0'.repeat(32) }), {
    message: /none of the sources could be downloaded: cdn: .*expected the md5 0{32}/,
  })
  const ds = await birdSpecies(root, { ...quiet, url, size: zip.length })
  t.is(ds.root, path.join(root, 'bird-species/birds/train'))
  const other = await temporaryFolder(t)
  for (let i = 0; i < 2; i++) {
    await t.throwsAsync(birdSpecies(other, { ...quiet, url: `${origin}/page.zip` }), {
      name: 'ArchiveError',
      message: /is a web page, not an archive/,
    })
  }
  t.is(asked.filter((address) => address === '/page.zip').length, 2, 'the page was not kept')
})

test('an archive is kept when the file system refuses what is in it', async (t) => {
  const { asked, origin } = await mirror(t, { '/x.zip': zipped([{ name: 'x'.repeat(300) }]) })
  const root = await temporaryFolder(t)
  for (let i = 0; i < 2; i++) {
    await t.throwsAsync(birdSpecies(root, { ...quiet, url: `${origin}/x.zip` }), {
      name: 'ArchiveError',
      message: /ENAMETOOLONG/,
    })
  }
  t.is(asked.length, 1)
})

test('an archive without the split', async (t) => {
  const { origin } = await mirror(t, { '/x.zip': zipped(await release('', 1, ['train'])) })
  const root = await temporaryFolder(t)
  await t.throwsAsync(birdSpecies(root, { ...quiet, url: `${origin}/x.zip`, split: 'test' }), {
    instanceOf: DatasetError,
    message: /there is none of '.*bird-species\/test'/,
  })
})

test('when no source answers, all of them are named', async (t) => {
  const { origin } = await mirror(t, {})
  const root = await temporaryFolder(t)
  for (const name of ['KAGGLE_API_TOKEN', 'KAGGLE_USERNAME', 'KAGGLE_KEY']) delete process.env[name]
  process.env.KAGGLE_CONFIG_DIR = root
  const error = await t.throwsAsync(birdSpecies(root, { ...quiet, mirrors: [origin] }), {
    instanceOf: DatasetError,
  })
  t.regex(
    error?.message ?? '',
    /cdn: .*404.*; huggingface: .*404.*; kaggle: .*a Kaggle token is needed/,
  )
})

test('folders that are there already: several names, one level deeper, other names of the split', async (t) => {
  const places = ['train', 'bird-species/train', '100-bird-species/birds/train', 'birds/train']
  for (const place of places) {
    const root = await temporaryFolder(t)
    await mkdir(path.join(root, place, 'OWL'), { recursive: true })
    await writeFile(path.join(root, place, 'OWL/1.jpg'), '')
    const ds = await birdSpecies(root)
    t.is(ds.root, path.join(root, place))
  }
  const root = await temporaryFolder(t)
  await mkdir(path.join(root, 'validation/OWL'), { recursive: true })
  t.is((await birdSpecies(root, { split: 'valid', allowEmpty: true })).length, 0)
  const error = await t.throwsAsync(birdSpecies(root), { instanceOf: DatasetError })
  for (const place of ['bird-species', 'birds-525-species', '100-bird-species']) {
    t.true(error?.message.includes(path.join(root, place, 'train')))
  }
  t.deepEqual(await readdir(root), ['validation'])
})

test('Kaggle: tokens by the rules of its own client', async (t) => {
  const folder = await temporaryFolder(t)
  const file = path.join(folder, 'kaggle.json')
  const basic = (text: string) => ({
    authorization: `Basic ${Buffer.from(text).toString('base64')}`,
  })
  await writeFile(file, '{"username": "me", "key": "k"}', { mode: 0o600 })
  const env = { KAGGLE_CONFIG_DIR: folder }
  t.deepEqual(await kaggleCredentials(undefined, env), basic('me:k'))
  const user = { ...env, KAGGLE_USERNAME: 'you', KAGGLE_KEY: 'K' }
  t.deepEqual(await kaggleCredentials(undefined, user), basic('you:K'))
  const bearer = { authorization: 'Bearer t' }
  t.deepEqual(await kaggleCredentials(undefined, { ...user, KAGGLE_API_TOKEN: 't' }), bearer)
  t.deepEqual(await kaggleCredentials(file, { ...user, KAGGLE_API_TOKEN: 't' }), basic('me:k'))
  t.is(
    await kaggleCredentials(undefined, { KAGGLE_CONFIG_DIR: path.join(folder, 'not') }),
    undefined,
  )
  const [resource] = await resourcesOf('kaggle', { token: file })
  t.is(
    resource?.urls[0],
    'https://www.kaggle.com/api/v1/datasets/download/gpiosenka/100-bird-species',
  )
  t.is(resource?.name, '100-bird-species.zip')

  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  await chmod(file, 0o644)
  t.deepEqual(await kaggleCredentials(file), basic('me:k'))
  t.regex((await warned).message, /can be read by other users; run: chmod 600/)
  await writeFile(file, '{"username": "secret"}')
  const error = await t.throwsAsync(kaggleCredentials(file), { instanceOf: DatasetError })
  t.notRegex(error?.message ?? '', /secret/)
})

test('a broken connection goes on where it stopped', async (t) => {
  const root = await temporaryFolder(t)
  const zip = zipped([
    ...(await release()),
    { name: 'noise', content: content(200_000), stored: true },
  ])
  let requests = 0
  const { url, ranges } = await serve(t, (request, response) =>
    sendFile(request, response, zip, requests++ === 0 ? { cutAfter: 100_000 } : {}),
  )
  const ds = await birdSpecies(root, { ...quiet, url: url.replace('.bin', '.zip') })
  t.is(ds.length, 6)
  t.deepEqual(ranges, [undefined, 'bytes=100000-'])
})

test('wrong options are named', async (t) => {
  const wrong: [object, RegExp][] = [
    [{ split: 'val' }, /one of 'train', 'valid', 'test' for split/],
    [{ source: 'r' }, /'cdn', 'huggingface', 'kaggle' for source/],
    [{ source: 'cdn', url: 'http://x' }, /url and source exclude each other/],
    [{ kaggleDataset: 'birds' }, /a name such as 'owner\/name'/],
    [{ md5: 'x' }, /32 lower-case hex digits for md5/],
    [{ size: 5, source: 'huggingface' }, /sha256, md5 and size are of one file/],
    [{ downloads: true }, /unknown option "downloads"/],
  ]
  for (const [options, message] of wrong) {
    await t.throwsAsync(birdSpecies('.', options), { instanceOf: TypeError, message })
  }
})
