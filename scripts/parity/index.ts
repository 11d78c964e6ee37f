// npm run parity [-- NAME … --dtype float32 … --recording FILE --docs]: compares every operator with PyTorch, on the
// samples of PyTorch's own database (OpInfo). Needs Python with torch; set PYTHON to choose the interpreter.
//
//   NAME              an operator of the database, such as linalg.svd; all by default
//   --dtype NAME      float32, int64, bool, complex64, or errors for the calls that must raise; all by default
//   --recording FILE  keeps what Python computes: read if the file is there, else written
//   --docs            writes the figures into docs/parity.md

import { spawn } from 'node:child_process'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { torch } from '../../lib/torch/index.js'
import { EXCEPTIONS } from './exceptions.js'
import { readRecording } from './recording.js'
import { replay } from './replay.js'
import { markdown, mismatches, table } from './report.js'
import { agreeing, Tally } from './tally.js'

/** Part of the float32 samples that must agree. */
const THRESHOLD = 0.99

const DTYPES = ['float32', 'int64', 'bool', 'complex64', 'errors']
const DOCS = new URL('../../docs/parity.md', import.meta.url)

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    dtype: { type: 'string', multiple: true, default: [] },
    recording: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
})

function stop(message: string): never {
  console.error(`parity: ${message}`)
  process.exit(2)
}

const unknown = options.dtype.find((dtype) => !DTYPES.includes(dtype))
if (unknown !== undefined) stop(`there is no dtype '${unknown}'; there are ${DTYPES.join(', ')}`)

/** What Python computes, as it computes it. */
async function* python(): AsyncGenerator<Buffer> {
  const script = fileURLToPath(new URL('record.py', import.meta.url))
  const args = [
    ...names.flatMap((name) => ['--op', name]),
    ...options.dtype.flatMap((dtype) => ['--dtype', dtype]),
  ]
  const interpreter = process.env.PYTHON ?? 'python3'
  const child = spawn(interpreter, [script, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // The order of some samples is that of Python sets.
    env: { ...process.env, PYTHONHASHSEED: '0' },
  })
  const exit = new Promise<number | null>((resolve) => {
    child.on('error', (error) => stop(`cannot run ${interpreter}: ${error.message}`))
    child.on('exit', resolve)
  })
  yield* child.stdout
  if ((await exit) !== 0) {
    stop('the recorder failed (see above); it needs Python with torch and numpy, see PYTHON')
  }
}

/** The recording of `--recording`, or Python's, kept there on the way. */
async function* recording(): AsyncGenerator<Buffer> {
  const file = options.recording
  if (file !== undefined && existsSync(file)) {
    yield* createReadStream(file, { highWaterMark: 1 << 20 })
    return
  }
  const copy = file === undefined ? undefined : createWriteStream(`${file}.part`)
  for await (const part of python()) {
    copy?.write(part)
    yield part
  }
  if (copy === undefined || file === undefined) return
  await new Promise<void>((resolve) => copy.end(resolve))
  renameSync(`${file}.part`, file)
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`)
}

/** Puts the tables between their marks. */
function writeDocs(tally: Tally): void {
  let text = readFileSync(DOCS, 'utf8')
  for (const [name, content] of Object.entries(markdown(tally))) {
    const mark = (end: string): string => `<!-- ${end}${name} -->`
    const [before, rest] = text.split(mark(''))
    const after = rest?.split(mark('/'))[1]
    if (after === undefined) stop(`docs/parity.md has no part '${name}'`)
    text = `${before}${mark('')}\n\n${content}\n\n${mark('/')}${after}`
  }
  writeFileSync(DOCS, text)
}

// Samples are deprecated functions and edge cases, at which PyTorch warns as it should.
process.removeAllListeners('warning')
torch.setNumThreads(1)
const tally = new Tally()
let done = 0
for await (const frame of readRecording(recording())) {
  if (
    names.length > 0 &&
    !names.some((name) => frame.op === name || frame.op.startsWith(`${name}.`))
  )
    continue
  if (options.dtype.length > 0 && !options.dtype.includes(frame.dtype)) continue
  for (const sample of frame.samples) tally.add(frame, sample, replay(sample, frame))
  done += frame.samples.length
  progress(`${done} samples, ${tally.unexplained.length} mismatches, ${frame.op} ${frame.dtype}`)
}
progress('')

if (tally.groups.size > 0) console.log(`${mismatches([...tally.groups.values()])}\n`)
console.log(table(tally))
if (options.docs) writeDocs(tally)

const isWhole = names.length === 0 && options.dtype.length === 0
const used = new Set([...tally.groups.values()].map((group) => group.exception))
const stale = isWhole ? EXCEPTIONS.filter((exception) => !used.has(exception)) : []
for (const { ops, reason } of stale) {
  console.log(`\nno sample needs this exception any more: ${ops.join(', ')} (${reason})`)
}

const float32 = tally.figures.get('float32')
const isEnough = float32 === undefined || agreeing(float32.forward) >= THRESHOLD
const { unexplained } = tally
if (unexplained.length > 0) {
  console.log(`\nnot in scripts/parity/exceptions.ts:\n${mismatches(unexplained)}`)
}
process.exitCode = isEnough && unexplained.length === 0 && stale.length === 0 ? 0 : 1
