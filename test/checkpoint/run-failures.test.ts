// Checkpoints that are damaged, and checkpoints that cannot be written.
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { crc32 } from 'node:zlib'
import test from 'ava'
import { type FileWriter, writeSynced } from '../../lib/checkpoint/atomic.js'
import { CheckpointError, checkpoint } from '../../lib/checkpoint/index.js'
import { PthFile } from '../../lib/checkpoint/pth-file.js'
import { publish } from '../../lib/checkpoint/run/folder.js'
import * as nn from '../../lib/nn/index.js'
import { torch } from '../../lib/torch/index.js'
import { SeededRandom } from '../../scripts/torture/random.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { temporaryFolder } from './support/folder.js'

expectNoLiveTensors(test)

/** The user without rights. */
const NOBODY = 65534

/** Runs `fn` and returns what has been warned of meanwhile. */
async function warnings(fn: () => Promise<unknown>): Promise<string[]> {
  const found: string[] = []
  const note = (warning: Error): void => {
    if (warning.name === 'CheckpointWarning') found.push(warning.message)
  }
  const printing = process.rawListeners('warning') as ((warning: Error) => void)[]
  process.removeAllListeners('warning').on('warning', note)
  await fn()
  await new Promise((resolve) => setImmediate(resolve)) // warnings are told a turn later
  process.removeAllListeners('warning')
  for (const listener of printing) process.on('warning', listener)
  return found
}

test.serial('every flipped bit is noticed, and the checkpoint before is taken', async (t) => {
  const run = await temporaryFolder(t)
  const model = nn.linear(3, 3)
  await checkpoint.save(run, { model, step: 1 })
  const { path: second } = await checkpoint.save(run, { model, step: 2, metric: 12 })
  const random = new SeededRandom(3)
  for (const name of await readdir(second)) {
    const file = path.join(second, name)
    const bytes = await readFile(file)
    for (let i = 0; i < 25; i++) {
      const damaged = Buffer.from(bytes)
      const at = random.below(bytes.length)
      damaged[at] = (damaged[at] ?? 0) ^ (1 << random.below(8))
      // White space of the manifest may become other white space.
      if (name.endsWith('.json') && isSameJson(bytes, damaged)) continue
      await writeFile(file, damaged)
      let step: number | null | undefined
      const told = await warnings(async () => {
        step = (await checkpoint.resume(run, { model }))?.step
      })
      t.is(step, 1, `${name} at ${at}`)
      t.is(told.length, 1)
      t.regex(told[0] ?? '', /checkpoint-000002: .*damaged.*; checkpoint-000001 is tried/)
    }
    await writeFile(file, bytes.subarray(0, bytes.length - 2))
    t.is((await warnings(() => checkpoint.resume(run))).length, 1, `${name} cut`)
    await rm(file)
    t.is((await warnings(() => checkpoint.resume(run))).length, 1, `${name} gone`)
    await writeFile(file, bytes)
  }
  t.is((await checkpoint.resume(run, { model }))?.step, 2)
})

function isSameJson(a: Buffer, b: Buffer): boolean {
  try {
    return JSON.stringify(JSON.parse(a.toString())) === JSON.stringify(JSON.parse(b.toString()))
  } catch {
    return false
  }
}

test.serial('if none can be read, all are named', async (t) => {
  const run = await temporaryFolder(t)
  for (const step of [1, 2]) {
    const { path: folder } = await checkpoint.save(run, { step })
    await writeFile(path.join(folder, 'training.pth'), 'nothing')
  }
  const told = await warnings(() =>
    t.throwsAsync(checkpoint.resume(run), {
      instanceOf: CheckpointError,
      message: /no checkpoint can be read: .*000002: has 7 bytes in "training.pth".*000001: has 7/,
    }),
  )
  t.is(told.length, 1)
})

test.serial('what the file system refuses is not taken for damage', async (t) => {
  const run = await temporaryFolder(t)
  await checkpoint.save(run, { metric: 1 })
  const { path: folder } = await checkpoint.save(run, { metric: 0 })
  const file = path.join(folder, 'checkpoint.json')
  await rm(file)
  await symlink(file, file)
  for (const from of ['latest', 'best'] as const) {
    await t.throwsAsync(checkpoint.resume(run, {}, { from }), {
      instanceOf: CheckpointError,
      message: /^checkpoint\.resume: .*: ELOOP/,
    })
  }
})

test.serial('a checkpoint of a later version is not taken for a damaged one of ours', async (t) => {
  const run = await temporaryFolder(t)
  const { path: folder } = await checkpoint.save(run, {})
  const file = path.join(folder, 'checkpoint.json')
  const later = { version: 2 }
  const sum = crc32(Buffer.from(JSON.stringify(later)))
    .toString(16)
    .padStart(8, '0')
  await writeFile(file, JSON.stringify({ checkpoint: later, crc32: sum }))
  await warnings(() =>
    t.throwsAsync(checkpoint.resume(run), { message: /version 2; this library reads version 1/ }),
  )
})

test.serial('a tensor that changes while it is written is noticed', async (t) => {
  const file = path.join(await temporaryFolder(t), 'x.pth')
  using tensor = torch.zeros([1000])
  const content = new PthFile('save', { tensor })
  const writing = writeSynced(file, 0o666, (writer) => {
    const meddling: FileWriter = {
      position: 0,
      write: (bytes) => writer.write(bytes),
      writePieces: (pieces) => {
        tensor.fill_(1)
        return writer.writePieces(pieces)
      },
    }
    return content.write(meddling).then(() => {})
  })
  await t.throwsAsync(writing, { message: 'a tensor was changed while it was being saved' })
  content.dispose()
})

test.serial('writers at the same moment take different numbers', async (t) => {
  const run = await temporaryFolder(t)
  const write = (folder: string) => writeFile(path.join(folder, 'x'), '')
  const folders = await Promise.all([1, 2, 3, 4].map(() => publish(run, write)))
  t.deepEqual(folders.map(({ sequence }) => sequence).sort(), [1, 2, 3, 4])
  t.is((await readdir(run)).length, 4)
})

test.serial('what dead processes have left is cleared away, even of our own number', async (t) => {
  const run = await temporaryFolder(t)
  const host = hostname()
    .replace(/[^\w-]/g, '_')
    .slice(0, 64)
  const left = (pid: number, id: string) => path.join(run, `.checkpoint.${host}.${pid}.${id}.tmp`)
  const dead = left(2 ** 22 + 1, '0123456789ab')
  const before = left(process.pid, '0123456789ac')
  const alive = left(process.ppid, '0123456789ad')
  for (const folder of [dead, before, alive])
    await mkdir(path.join(folder, 'inside'), { recursive: true })
  await utimes(before, 1, 1)
  await checkpoint.save(run, {})
  t.deepEqual((await readdir(run)).sort(), [path.basename(alive), 'checkpoint-000001'])
})

test.serial('a failure names the cause, keeps what was there and leaves nothing', async (t) => {
  const run = await temporaryFolder(t)
  await checkpoint.save(run, { step: 1 })
  const file = path.join(run, 'file')
  await writeFile(file, '')
  await t.throwsAsync(checkpoint.save(path.join(file, 'run'), {}), {
    instanceOf: CheckpointError,
    message: /^checkpoint\.save: .*: ENOTDIR: not a directory/,
  })
  const told = await warnings(async () => {
    const { durable } = await checkpoint.save(path.join(file, 'run'), {}, { background: true })
    await t.throwsAsync(durable, { instanceOf: CheckpointError })
  })
  t.regex(told.join(), /ENOTDIR/)
  await rm(file)
  t.deepEqual(await readdir(run), ['checkpoint-000001'])
})

test.serial('a folder that is read-only', async (t) => {
  const run = await temporaryFolder(t)
  await checkpoint.save(run, { step: 1 })
  await chmod(run, 0o555)
  // The administrator may write anywhere.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) process.seteuid?.(NOBODY)
  try {
    await t.throwsAsync(checkpoint.save(run, { step: 2 }), {
      instanceOf: CheckpointError,
      message: /^checkpoint\.save: .*: EACCES: permission denied, mkdir/,
    })
    t.is((await checkpoint.resume(run))?.step, 1)
  } finally {
    if (isRoot) process.seteuid?.(0)
    await chmod(run, 0o700)
  }
  t.deepEqual(await readdir(run), ['checkpoint-000001'])
})

test.serial('a disk that is full: the checkpoint before stays, nothing is left over', async (t) => {
  t.timeout(60_000)
  const run = await temporaryFolder(t)
  await checkpoint.save(run, { step: 1 })
  const script = fileURLToPath(new URL('support/limited-saver.ts', import.meta.url))
  // A limit on the size of files fails as a full disk does, in the middle of a write.
  const args = [
    '-c',
    'ulimit -f 40 && exec "$@"',
    'sh',
    process.execPath,
    '--import=tsx',
    script,
    run,
  ]
  const out = await new Promise<string>((resolve, reject) => {
    execFile('/bin/sh', args, (error, stdout, stderr) => {
      if (error === null) resolve(stdout)
      else reject(new Error(stderr))
    })
  })
  const failed = `CheckpointError: checkpoint.save: ${run}: EFBIG: file too large, write; checkpoint-000001`
  const saved = 'saved; checkpoint-000001 checkpoint-000002'
  t.deepEqual(out.trim().split('\n'), [failed, failed, saved])
  t.is((await checkpoint.resume(run))?.step, 2)
})
