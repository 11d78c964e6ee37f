// Kills processes that save checkpoints, and looks at what they leave.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { checkpoint } from '../../../lib/checkpoint/index.js'
import { saverParts } from './saver-parts.js'

/** What the kills have found. */
export interface KillReport {
  readonly kills: number
  /** Kills after which the last checkpoint was whole. */
  readonly loadable: number
  /** Kills in the middle of a save, which left a part of a checkpoint out of sight. */
  readonly interrupted: number
  /** Files and folders that the next save has not cleared away. */
  readonly litter: readonly string[]
}

const script = fileURLToPath(new URL('endless-saver.ts', import.meta.url))

/** Starts a process that saves without end, and kills it `delay` ms after the beginning of its `saves`th save. */
async function killSaver(
  run: string,
  {
    seed,
    saves,
    delay,
    signal,
  }: { seed: number; saves: number; delay: number; signal: 'SIGKILL' | 'SIGINT' },
): Promise<void> {
  const child = spawn(process.execPath, ['--import=tsx', script, run, String(seed)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let begun = 0
  child.stdout.on('data', (dots: Buffer) => {
    begun += dots.length
    if (begun - dots.length < saves && begun >= saves) {
      setTimeout(() => child.kill(signal), delay)
    }
  })
  const [code, died] = await exit
  if (died !== signal) throw new Error(`the saver ended with code ${String(code)}`)
}

/**
 * Kills a saver `kills` times, at moments that `random` chooses, and resumes after each: the state must be whole, that of
 * one step, and not older than before.
 *
 * @throws for a checkpoint that is not
 */
export async function killAndResume(
  run: string,
  kills: number,
  random: () => number,
  tell: (done: number) => void = () => {},
): Promise<KillReport> {
  const parts = saverParts()
  const { model, optimizer } = parts
  let loadable = 0
  let interrupted = 0
  let last = 0
  for (let kill = 0; kill < kills; kill++) {
    const signal = kill % 5 === 4 ? 'SIGINT' : 'SIGKILL'
    // At the beginning of the third save the first two are on the disk.
    const saves = 3 + Math.floor(3 * random())
    await killSaver(run, { seed: kill, saves, delay: 25 * random(), signal })
    if ((await readdir(run)).some((name) => name.startsWith('.'))) interrupted++
    const warnings: Error[] = []
    const note = (warning: Error): void => void warnings.push(warning)
    process.on('warning', note)
    const resumed = await checkpoint.resume(run, { model, optimizer })
    await sleep(0) // warnings are told a turn later
    process.off('warning', note)
    if (resumed?.step === null || resumed?.step === undefined)
      throw new Error('no checkpoint is left')
    if (warnings.length > 0) throw new Error(`damaged: ${warnings[0]?.message}`)
    if (resumed.step < last) throw new Error(`step ${resumed.step} after step ${last}`)
    if (!parts.holds(resumed.step)) throw new Error(`step ${resumed.step} is not whole`)
    last = resumed.step
    loadable++
    tell(loadable)
  }
  await checkpoint.save(run, { model, optimizer, step: last + 1 }, { keepLast: 1 })
  const litter = (await readdir(run)).filter((name) => !/^checkpoint-\d{6}$/.test(name))
  return { kills, loadable, interrupted, litter }
}
