// Where weights are looked for, and what is said when they are nowhere.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import {
  resolveWeights,
  torchHubCache,
  WeightsError,
  type WeightsFile,
  weightsCache,
} from '../../lib/hub/index.js'
import { findWeights, listWeights } from '../../lib/vision/models/weights.js'
import { temporaryFolder } from '../checkpoint/support/folder.js'
import { content, sendFile, serve, sha256 } from './support/server.js'

const bytes = content(5000)
const nowhere = 'http://127.0.0.1:9/weights.pth' // the discard port, where nothing listens

const weightsAt = (url: string): WeightsFile => ({
  fileName: 'weights.pth',
  url,
  sha256: sha256(bytes).slice(0, 8),
  size: bytes.length,
})

const quiet = { progress: false, retryDelay: 1 }

async function put(folder: string, data: Uint8Array): Promise<string> {
  await mkdir(folder, { recursive: true })
  const file = path.join(folder, 'weights.pth')
  await writeFile(file, data)
  return file
}

test('the caches are where the environment says', (t) => {
  t.is(weightsCache({}), path.join(homedir(), '.cache/node-libtorch/hub/checkpoints'))
  t.is(weightsCache({ XDG_CACHE_HOME: '/c' }), '/c/node-libtorch/hub/checkpoints')
  t.is(weightsCache({ NODE_LIBTORCH_HOME: '/n', XDG_CACHE_HOME: '/c' }), '/n/hub/checkpoints')
  t.is(torchHubCache({}), path.join(homedir(), '.cache/torch/hub/checkpoints'))
  t.is(torchHubCache({ XDG_CACHE_HOME: '/c' }), '/c/torch/hub/checkpoints')
  t.is(torchHubCache({ TORCH_HOME: '~/t' }), path.join(homedir(), 't/hub/checkpoints'))
})

test('an own file is taken as it is', async (t) => {
  t.is(await resolveWeights([weightsAt(nowhere)], { path: '/my/weights.pth' }), '/my/weights.pth')
})

test('our cache comes before that of torch.hub, which comes before a download', async (t) => {
  const env = { XDG_CACHE_HOME: await temporaryFolder(t) }
  const { url } = await serve(t, (request, response) => sendFile(request, response, bytes))
  const hub = await put(torchHubCache(env), bytes)
  t.is(await resolveWeights([weightsAt(nowhere)], { ...quiet, env }), hub)
  const own = await put(weightsCache(env), bytes)
  t.is(await resolveWeights([weightsAt(nowhere)], { ...quiet, env }), own)
  await put(torchHubCache(env), content(5000, 2))
  await put(weightsCache(env), content(5000, 3))
  t.is(await resolveWeights([weightsAt(url)], { ...quiet, env }), own)
  t.true((await readFile(own)).equals(bytes))
})

test('the same weights from another place are taken when the first fails', async (t) => {
  const env = { XDG_CACHE_HOME: await temporaryFolder(t) }
  const { url } = await serve(t, (request, response) => sendFile(request, response, bytes))
  const mirror = { ...weightsAt(url), fileName: 'mirror.safetensors' }
  const files = [weightsAt(nowhere), mirror]
  const expected = path.join(weightsCache(env), 'mirror.safetensors')
  t.is(await resolveWeights(files, { ...quiet, env }), expected)
  t.is(await resolveWeights([weightsAt(nowhere), { ...mirror, url: nowhere }], { env }), expected)
})

test('offline: the error names the address, the folders, and what to do', async (t) => {
  const env = { XDG_CACHE_HOME: await temporaryFolder(t) }
  const damaged = await put(torchHubCache(env), content(5000, 2))
  const error = await t.throwsAsync(resolveWeights([weightsAt(nowhere)], { ...quiet, env }), {
    instanceOf: WeightsError,
  })
  const message = error?.message ?? ''
  for (const part of [nowhere, weightsCache(env), torchHubCache(env), 'ECONNREFUSED']) {
    t.true(message.includes(part), part)
  }
  t.true(message.includes(`${damaged} is there, but its checksum is wrong`))
  t.regex(message, /put it into/)
})

test('a signal ends it with its own reason', async (t) => {
  const env = { XDG_CACHE_HOME: await temporaryFolder(t) }
  const reason = new Error('enough')
  const signal = AbortSignal.abort(reason)
  await t.throwsAsync(resolveWeights([weightsAt(nowhere)], { ...quiet, env, signal }), {
    is: reason,
  })
})

test('the registry: names end in their checksums, as torchvision has them', (t) => {
  for (const model of ['resnet18', 'resnet34', 'resnet50']) {
    for (const { files } of listWeights(model)) {
      const [file] = files
      t.regex(file?.fileName ?? '', new RegExp(`^${model}-[0-9a-f]{8}\\.pth$`))
      t.true(file?.sha256.startsWith(file.fileName.slice(-12, -4)))
      t.is(file?.url, `https://download.pytorch.org/models/${file?.fileName}`)
    }
  }
  t.is(findWeights('resnet18', true).files[0]?.size, 46_830_571)
})

test('weights by name', (t) => {
  t.is(findWeights('resnet50', true).name, 'IMAGENET1K_V1')
  t.is(findWeights('resnet50', 'DEFAULT').name, 'IMAGENET1K_V2')
  t.is(findWeights('resnet18', 'DEFAULT').name, 'IMAGENET1K_V1')
  t.throws(() => findWeights('resnet18', 'IMAGENET1K_V9'), {
    message: 'resnet18: expected one of \'IMAGENET1K_V1\' for weights, got "IMAGENET1K_V9"',
  })
})
