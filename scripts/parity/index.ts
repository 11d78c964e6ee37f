// npm run parity [-- NAME … --dtype float32 … --recording FOLDER --docs]: compares this library with PyTorch, on the
// samples of PyTorch's own databases. Needs Python with torch; set PYTHON to choose the interpreter.
//
//   NAME                a section (ops, nn, optim, lr), or something it has samples of, such as linalg.svd or
//                       nn.Conv2d; all sections by default
//   models [NETWORK …]  the networks of vision instead, against torchvision where Python has it; all by default
//   --dtype NAME        float32, int64, …, or errors for what must raise; all by default
//   --recording FOLDER  keeps what Python computes: read if it is there, else written
//   --docs              writes the figures into docs/parity.md

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { torch } from '../../lib/torch/index.js'
import type { Agreement, Mismatch } from './attempts.js'
import { Exchange, type Finding } from './exchange.js'
import { compareModels } from './models/index.js'
import { recording, stop } from './python.js'
import { type Frame, readRecording } from './recording.js'
import { markdown, mismatches, table } from './report.js'
import { type Replayed, SECTIONS, type Section } from './section.js'
import { Tally } from './tally.js'

/** Part of what is compared that must agree. */
const THRESHOLD = 0.99

const DOCS = new URL('../../docs/parity.md', import.meta.url)

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dtype: { type: 'string', multiple: true, default: [] },
    recording: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
})

if (positionals[0] === 'models') {
  torch.setNumThreads(1)
  process.exit((await compareModels(positionals.slice(1))) ? 0 : 1)
}

/** The section that a name belongs to: `nn.Conv2d` to nn, `nn.functional.relu` and all others to ops. */
const sectionOf = (name: string): string => {
  const [first = ''] = name.split('.')
  const isOperator = name.startsWith('nn.functional.')
  return !isOperator && SECTIONS.some((section) => section.name === first) ? first : 'ops'
}

/** What to run of a section: undefined for nothing, an empty list for everything. */
function namesOf({ name }: Section): readonly string[] | undefined {
  if (positionals.length === 0 || positionals.includes(name)) return []
  const own = positionals.filter((given) => sectionOf(given) === name)
  return own.length === 0 ? undefined : own
}

const known = new Set([...SECTIONS.flatMap(({ dtypes }) => dtypes), 'errors'])
const unknown = options.dtype.find((dtype) => !known.has(dtype))
if (unknown !== undefined)
  stop(`there is no dtype '${unknown}'; there are ${[...known].join(', ')}`)

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

/** Puts the tables between their marks. */
function writeDocs(section: Section, tally: Tally): void {
  let text = readFileSync(DOCS, 'utf8')
  for (const [name, content] of Object.entries(markdown(section, tally))) {
    const mark = (end: string): string => `<!-- ${end}${name} -->`
    const [before, rest] = text.split(mark(''))
    const after = rest?.split(mark('/'))[1]
    if (after === undefined) stop(`docs/parity.md has no part '${name}'`)
    text = `${before}${mark('')}\n\n${content}\n\n${mark('/')}${after}`
  }
  writeFileSync(DOCS, text)
}

/** What Python says of a file of ours. */
function found({ index, variant, differs }: Finding): Replayed {
  const form = variant === '' ? 'to Python' : `to Python, ${variant}`
  const part = (agreement: Agreement, ...mismatches: Mismatch[]): Replayed => ({
    index,
    outcome: { parts: { 'to Python': agreement }, mismatches },
  })
  if (differs === null) return part('equal')
  const isClose = differs === 'close'
  const [kind, detail] = isClose
    ? (['inexact', 'within the tolerance'] as const)
    : (['values', differs] as const)
  return part(isClose ? 'close' : 'different', { kind, form, detail })
}

async function run(section: Section, names: readonly string[]): Promise<Tally> {
  const tally = new Tally(section.exceptions)
  const exchange = section.givesBack ? await Exchange.begin(section.name) : undefined
  const isWanted = ({ op, dtype }: Frame): boolean =>
    (names.length === 0 || names.some((name) => op === name || op.startsWith(`${name}.`))) &&
    (options.dtype.length === 0 || options.dtype.includes(dtype))
  let done = 0
  const parts = recording(section.name, names, options.dtype, options.recording)
  for await (const frame of readRecording(parts)) {
    if (!isWanted(frame)) continue
    for await (const replayed of section.replay(frame as never, exchange)) {
      tally.add(frame, replayed)
      done++
    }
    progress(`${done} samples, ${tally.unexplained.length} mismatches, ${frame.op} ${frame.dtype}`)
  }
  progress('')
  for (const finding of (await exchange?.end()) ?? []) tally.add(finding, found(finding))
  return tally
}

/** Shows how a section came out; whether it is as it must be. */
function conclude(section: Section, tally: Tally, isWhole: boolean): boolean {
  console.log(`\n${section.name}\n`)
  if (tally.groups.size > 0) console.log(`${mismatches([...tally.groups.values()])}\n`)
  console.log(table(section, tally))
  const stale = isWhole ? tally.unused : []
  for (const { ops, reason } of stale) {
    console.log(`\nno sample needs this exception any more: ${ops.join(', ')} (${reason})`)
  }
  const { unexplained } = tally
  if (unexplained.length > 0) {
    console.log(`\nnot in scripts/parity/exceptions.ts:\n${mismatches(unexplained)}`)
  }
  return tally.agreeing >= THRESHOLD && unexplained.length === 0 && stale.length === 0
}

// Samples are deprecated functions and edge cases, at which PyTorch warns as it should.
process.removeAllListeners('warning')
torch.setNumThreads(1)
let isGood = true
for (const section of SECTIONS) {
  const names = namesOf(section)
  if (names === undefined) continue
  const tally = await run(section, names)
  const isWhole = names.length === 0 && options.dtype.length === 0
  isGood = conclude(section, tally, isWhole) && isGood
  if (options.docs && isWhole) writeDocs(section, tally)
}
process.exitCode = isGood ? 0 : 1
