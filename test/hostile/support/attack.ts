// node --import=tsx attack.ts SURFACE FILE PART PARTS SHARE: calls its part of a surface with hostile values. FILE
// names the call that runs, for whoever finds this process dead. Prints { calls, refused, odd } as JSON.

import { openSync, writeSync } from 'node:fs'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import { functionTargets, isStateful, methodTargets, rawTargets, type Target } from './surface.js'
import { HOSTILE, type HostileValue } from './values.js'

const SURFACES: Readonly<Record<string, () => Target[]>> = {
  functions: functionTargets,
  methods: methodTargets,
  raw: rawTargets,
}
const POSITIONS = 3
const EXTRA = [1, 2, 3, 9]
const NOTE_LENGTH = 200
/** Slower than this is a hang in the making. */
const SLOW_MS = 5000

/** These make as many pieces, or take as many steps, as they are asked for, in any language. */
const ENDLESS = /tensorSplit|[hvd]split|\bsplit\b|unsafeSplit|olynomial[A-Z]$|maxPool1d/
const isHuge = ({ name }: HostileValue): boolean =>
  /number (\d{10}|1e)|^\d{10,}n|Infinity|out of range/.test(name)

const [surface = '', file = '', part = '0', parts = '1', share = '1'] = process.argv.slice(2)
const note = openSync(file, 'w')

torch.setNumThreads(1)
process.on('unhandledRejection', () => {}) // rejections are refusals too

interface Tally {
  calls: number
  refused: number
  /** Calls that ended in something other than a value or an Error, or late. */
  odd: string[]
}
const tally: Tally = { calls: 0, refused: 0, odd: [] }

function attack(target: Target, value: HostileValue, position: number, extra: number): void {
  const label = `${target.name}, argument ${position}: ${value.name}${extra > 0 ? `, +${extra}` : ''}`
  writeSync(note, label.slice(0, NOTE_LENGTH).padEnd(NOTE_LENGTH), 0)
  const victim = torch.ones([2, 2])
  let hostile: unknown
  try {
    hostile = value.make(victim)
  } catch {
    return // a value that this part of the library cannot make
  }
  tally.calls++
  const start = performance.now()
  try {
    target.call(victim, hostile, position, extra)
  } catch (error) {
    tally.refused++
    if (!(error instanceof Error) || error.message === '') tally.odd.push(`${label}: no Error`)
  }
  // With a hostile collector and a budget of nothing no tensor could be made any more.
  native.setMemoryBudget(-1, -1)
  if (performance.now() - start > SLOW_MS) tally.odd.push(`${label}: slow`)
}

const targets = (SURFACES[surface] as () => Target[])()
targets.sort((a, b) => Number(isStateful(a.name)) - Number(isStateful(b.name)))
// Each function meets every `share`th value, another set than its neighbour.
let turn = 0
targets.forEach((target, index) => {
  if (index % Number(parts) !== Number(part)) return
  for (let position = 0; position < POSITIONS; position++) {
    for (const value of HOSTILE) {
      if (turn++ % Number(share) !== 0) continue
      if (ENDLESS.test(target.name) && isHuge(value)) continue
      attack(target, value, position, 0)
      // Too few arguments, enough, and too many.
      attack(target, value, position, EXTRA[turn % EXTRA.length] as number)
    }
  }
})
process.stdout.write(JSON.stringify(tally))
process.exit()
