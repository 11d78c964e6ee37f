// What the loader should reach, and what it does.

import type { Results } from '../loader.js'
import type { SETS } from './pictures.js'
import { AHEAD, BATCH, type Measured } from './programs.js'

type Rate = (measured: Measured) => number

const perCpu: Rate = ({ images, cpu }) => images / cpu
const perSecond: Rate = ({ images, wall }) => images / wall

/** A ratio of two rates and the least that it should be. */
interface Target {
  readonly about: string
  readonly set: keyof typeof SETS
  readonly of: string
  readonly to: string
  readonly rate: Rate
  readonly least: number
}

const s500 = { set: 's500', rate: perCpu } as const

const TARGETS: readonly Target[] = [
  { about: 'folder / PIL', ...s500, of: 'folder', to: 'torchvision PIL', least: 4.5 },
  { about: 'folder / v2', ...s500, of: 'folder', to: 'torchvision v2', least: 3.3 },
  { about: 'pack / folder', ...s500, of: 'pack', to: 'folder', least: 1.2 },
  { about: 'raw cache / folder', ...s500, of: 'raw cache', to: 'folder', least: 2.4 },
  {
    about: 'progressive: pack / folder',
    set: 's500p',
    of: 'pack',
    to: 'folder',
    rate: perCpu,
    least: 4,
  },
  {
    about: '2 threads / 1, on the clock',
    set: 's500',
    of: 'folder, 2 threads',
    to: 'folder',
    rate: perSecond,
    least: 1.85,
  },
]

/** Milliseconds by which the 99th percentile of timers may be late. */
const MOST_DELAY = 5
/** Megabytes for code, threads and what is decoded, besides batches. */
const BESIDES = 150
const BATCH_MB = (BATCH * 3 * 224 * 224 * 4) / 2 ** 20
/** Batches at one time: in use, made ahead, and on the way between these. */
const BATCHES = AHEAD + 3

const verdict = (holds: boolean): string => (holds ? 'reached' : 'MISSED')

/** Prints what was reached of each target; those without Python's numbers are left out. */
export function printTargets(results: Readonly<Record<keyof typeof SETS, Results>>): void {
  console.log('\ntargets')
  for (const { about, set, of, to, rate, least } of TARGETS) {
    const [one, other] = [results[set].get(of), results[set].get(to)]
    if (one === undefined || other === undefined) continue
    const ratio = rate(one) / rate(other)
    console.log(
      `${about.padEnd(30)}${`${ratio.toFixed(2)}×`.padStart(9)}  at least ${least}×  ${verdict(ratio >= least)}`,
    )
  }
  const watched = results.s500.get('the same, watched')
  if (watched === undefined) return
  const { delay = 0, grown = 0, creep = 0 } = watched
  console.log(
    `${'event loop, 99th percentile'.padEnd(30)}${delay.toFixed(1).padStart(6)} ms  at most ${MOST_DELAY} ms  ${verdict(delay <= MOST_DELAY)}`,
  )
  const most = BATCHES * BATCH_MB + BESIDES
  console.log(
    `${'memory above that at the start'.padEnd(30)}${grown.toFixed(0).padStart(6)} MB  at most ${most.toFixed(0)} MB ` +
      `(${BATCHES} batches of ${BATCH_MB.toFixed(1)} MB)  ${verdict(grown <= most)}; ${creep.toFixed(0)} MB of it after the first epoch`,
  )
}
