// `npx node-libtorch pack`: the pictures of a folder in one file.
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { InstallError } from './report.mjs'

export const PACK_HELP = `Usage: npx node-libtorch pack DIR OUT.pack [options]
       npx node-libtorch pack --verify OUT.pack

Writes the pictures in DIR/<class>/** into one file, which datasets.packed reads. JPEG files are cut into tiles without
loss: training on random crops decodes less of them, several times less of progressive ones. Other pictures are kept as
they are.

Options:
  --verify           read every picture back and compare its pixels with its file; with a pack alone, compare the checksums
  --on-error WHAT    throw (default): a damaged picture ends the work; skip: it is named and left out
  --allow-empty      keep classes without pictures
  --workers N        number of threads, default the number of cores
  --force            replace OUT.pack
  -h, --help         print this text`

const FRAME_MS = 200

/**
 * @param {string[]} args
 * @param {typeof import('../lib/vision/index.js')} vision
 * @param {{ print?: (line: string) => void, terminal?: { isTTY?: boolean, write(text: string): unknown } }} [output]
 * @returns {Promise<boolean>} whether all pictures are well
 */
export async function pack(
  args,
  { datasets },
  { print = console.log, terminal = process.stderr } = {},
) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      verify: { type: 'boolean' },
      'on-error': { type: 'string', default: 'throw' },
      'allow-empty': { type: 'boolean' },
      workers: { type: 'string' },
      force: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) {
    print(PACK_HELP)
    return true
  }
  const [folder, target] = positionals
  if (values.verify && positionals.length === 1) return verify(String(folder), datasets, print)
  if (folder === undefined || target === undefined || positionals.length > 2) {
    throw usage(`expected a folder and a file, got ${positionals.length} names`)
  }
  const onError = values['on-error']
  if (onError !== 'throw' && onError !== 'skip') {
    throw usage(`--on-error is throw or skip, not '${onError}'`)
  }
  const numWorkers = values.workers === undefined ? undefined : Number(values.workers)
  if (
    numWorkers !== undefined &&
    !(Number.isSafeInteger(numWorkers) && numWorkers > 0 && numWorkers <= 256)
  ) {
    throw usage(`--workers is a number from 1 to 256, not '${values.workers}'`)
  }
  const started = performance.now()
  const dataset = await datasets
    .imageFolder(folder, { allowEmpty: values['allow-empty'] === true })
    .catch((error) => {
      throw known(error)
    })
  print(`${folder}: ${dataset.length} pictures in ${dataset.classes.length} classes`)
  const progress = new ProgressLine(terminal)
  let report
  try {
    report = await datasets.pack(dataset, target, {
      force: values.force === true,
      verify: values.verify === true,
      onError,
      onProgress: (now) => progress.update(now),
      ...(numWorkers === undefined ? {} : { numWorkers }),
    })
  } catch (error) {
    throw known(error)
  } finally {
    progress.clear()
  }
  for (const { path, reason } of report.damaged) print(`left out: ${path}: ${reason}`)
  const seconds = (performance.now() - started) / 1000
  const ratio = report.read > 0 ? `, ${((report.written / report.read) * 100).toFixed(1)} %` : ''
  print(
    `${target}: ${report.pictures} pictures, ${report.tiled} of them in tiles; ` +
      `${megabytes(report.read)} became ${megabytes(report.written)}${ratio}; ${seconds.toFixed(1)} s` +
      `${values.verify ? '; compared with the files' : ''}`,
  )
  if (report.damaged.length > 0) print(`${report.damaged.length} damaged pictures were left out`)
  return report.damaged.length === 0
}

/**
 * @param {string} target
 * @param {typeof import('../lib/vision/index.js').datasets} datasets
 * @param {(line: string) => void} print
 */
async function verify(target, datasets, print) {
  const damaged = await datasets
    .packed(resolve(target))
    .then((dataset) => dataset.verify())
    .catch((error) => {
      throw known(error)
    })
  for (const { path, reason } of damaged) print(`${path}: ${reason}`)
  print(
    `${target}: ${damaged.length === 0 ? 'every picture is as it was packed' : `${damaged.length} damaged pictures`}`,
  )
  return damaged.length === 0
}

/**
 * What is wrong with a file of the user's is no fault of the program: it is shown without a stack.
 * @param {unknown} error
 */
function known(error) {
  const expected = error instanceof Error && 'path' in error
  return expected ? new InstallError(error.message) : error
}

/** @param {string} message */
function usage(message) {
  return Object.assign(new Error(`${message}\n\n${PACK_HELP}`), { code: 'ERR_PARSE_ARGS_PACK' })
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

/** A line on a terminal that is written over. */
class ProgressLine {
  #terminal
  #started = performance.now()
  #drawn = 0

  /** @param {{ isTTY?: boolean, write(text: string): unknown }} terminal */
  constructor(terminal) {
    this.#terminal = terminal
  }

  /** @param {import('../lib/vision/datasets/index.js').PackProgress} progress */
  update({ done, total, read, written }) {
    const now = performance.now()
    if (this.#terminal.isTTY !== true || now - this.#drawn < FRAME_MS) return
    this.#drawn = now
    const rate = done / ((now - this.#started) / 1000)
    const left = Math.ceil((total - done) / rate)
    this.#terminal.write(
      `\r${done} of ${total} pictures  ${megabytes(read)} > ${megabytes(written)}  ${Math.round(rate)}/s  ${left} s left\x1b[K`,
    )
  }

  clear() {
    if (this.#terminal.isTTY === true) this.#terminal.write('\r\x1b[K')
  }
}
