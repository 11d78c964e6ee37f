// Threads and processes that end while the compute thread works.

import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { ended, message, programFile, run, startWorker } from './support.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

/** What the process holds once this thread's garbage is collected. */
async function held(): Promise<{ live: number; bytes: number }> {
  for (let turn = 0; turn < 3; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc?.()
  }
  const { live, bytes } = torch.memory()
  return { live, bytes }
}

test.serial('workers step at the same time, each with a compute thread of its own', async (t) => {
  for (const result of await Promise.all([run('compute', 'once'), run('compute', 'once')])) {
    t.deepEqual(result, { finite: true, changed: true })
  }
})

test.serial(
  'workers are terminated in the middle of steps, and leave nothing behind',
  async (t) => {
    const before = await held()
    for (let wave = 0; wave < 6; wave++) {
      await Promise.all(
        [0, 1, 2].map(async (i) => {
          const worker = startWorker('compute', 'endless')
          await message(worker)
          await new Promise((resolve) => setTimeout(resolve, 4 * wave + i))
          t.is(await worker.terminate(), 1)
        }),
      )
    }
    t.deepEqual(await held(), before)
  },
)

test.serial('process.exit() in a worker ends its step too', async (t) => {
  const before = await held()
  t.is(await ended(startWorker('compute', 'exit')), 7)
  t.deepEqual(await held(), before)
})

test.serial(
  'a process ends in the middle of a step: by process.exit(), an error, a signal',
  async (t) => {
    const file = programFile('compute')
    await t.throwsAsync(promisify(execFile)(process.execPath, [file, 'exit']), { code: 7 })
    const error = await t.throwsAsync<Error & { code: number; stderr: string }>(
      promisify(execFile)(process.execPath, [file, 'throw']),
    )
    t.is(error?.code, 1)
    t.regex(error?.stderr ?? '', /on purpose/)
    const child = spawn(process.execPath, [file, 'endless'], { stdio: 'ignore' })
    setTimeout(() => child.kill('SIGINT'), 600)
    const [code, signal] = await once(child, 'exit')
    t.deepEqual([code, signal], [null, 'SIGINT'])
  },
)

test.serial('a step keeps the process alive until it is done', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, [programFile('compute'), 'once'])
  t.deepEqual(JSON.parse(stdout), { finite: true, changed: true })
})
