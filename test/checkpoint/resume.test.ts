// A run that was killed and resumed ends where one that was not ends, to the last bit.
import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { temporaryFolder } from './support/folder.js'

interface End {
  weights: string
  optimizer: string
  scheduler: string
  lastLr: number[]
  random: string
  order: number[]
}

/** Runs the trainer in a process of its own. */
function train(mode: string, folder: string): Promise<{ out: string; signal: string | null }> {
  const script = fileURLToPath(new URL('support/trainer.ts', import.meta.url))
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      ['--import=tsx', script, mode, folder],
      (_, out, err) => {
        const { exitCode, signalCode } = child
        if (exitCode !== 0 && signalCode === null) reject(new Error(err))
        else resolve({ out, signal: signalCode })
      },
    )
  })
}

test('100 steps are 50, a kill, and 50 more: SGD and AdamW, one-cycle, shuffle, dropout', async (t) => {
  t.timeout(180_000)
  const folder = await temporaryFolder(t)
  t.is((await train('first', folder)).signal, 'SIGKILL')
  t.deepEqual((await readdir(folder)).sort(), ['adamw', 'sgd'])
  t.deepEqual(await readdir(path.join(folder, 'sgd')), ['checkpoint-000001'])
  const straight = JSON.parse((await train('straight', folder)).out) as Record<string, End>
  const resumed = JSON.parse((await train('second', folder)).out) as Record<string, End>
  t.deepEqual(Object.keys(straight), ['sgd', 'adamw'])
  for (const [name, end] of Object.entries(straight)) {
    t.true(end.order.length > 750, name)
    t.deepEqual(resumed[name], end, name)
  }
  t.not(straight.sgd?.weights, straight.adamw?.weights)
})
