// `npx node-libtorch show`: what a pipeline makes of a folder of pictures, on one sheet.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { InstallError } from './report.mjs'

export const SHOW_HELP = `Usage: npx node-libtorch show DIR [options]

Writes a contact sheet of what the loader really makes of the pictures in DIR/<class>/**, with the names of
their classes, and prints how long each stage took.

Options:
  --transform WHAT   train (default): random crop, flip and colour jitter
                     eval: resize and the middle
                     a module (.js, .mjs, .ts) whose default export, or export named transform, is a pipeline
  --size N           pixels of the pictures that train and eval make, default 224
  --count N          number of pictures, default 16
  --columns N        pictures in a row
  --seed N           chooses the pictures and their random numbers, default 0
  --workers N        threads of the loader, default the number of cores; 0 shows the path without native code
  --measure N        number of pictures whose stages are timed, default 512; 0 for none
  --out FILE         .png, .jpg or .webp, default contact-sheet.png
  -h, --help         print this text`

const MEAN = [0.485, 0.456, 0.406]
const STD = [0.229, 0.224, 0.225]

/**
 * The parts of the library that the command needs.
 * @typedef {typeof import('../lib/vision/index.js') & Pick<typeof import('../lib/index.js'), 'dataloader'>} Library
 * @typedef {import('../lib/vision/index.js').transforms.Pipeline} Pipeline
 */

/**
 * @param {string[]} args
 * @param {Library} library
 * @param {(line: string) => void} [print]
 */
export async function show(args, library, print = console.log) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      transform: { type: 'string', default: 'train' },
      size: { type: 'string', default: '224' },
      count: { type: 'string', default: '16' },
      columns: { type: 'string' },
      seed: { type: 'string', default: '0' },
      workers: { type: 'string' },
      measure: { type: 'string', default: '512' },
      out: { type: 'string', default: 'contact-sheet.png' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return print(SHOW_HELP)
  const [folder, ...others] = positionals
  if (folder === undefined || others.length > 0) {
    throw usage(`expected one folder, got ${positionals.length}`)
  }
  const transform = await pipelineOf(values.transform, integer('size', values.size, 1), library)
  const dataset = await plainly(library.datasets.imageFolder(folder, { transform }))
  const seed = integer('seed', values.seed, 0)
  const measure = integer('measure', values.measure, 0)
  const workers =
    values.workers === undefined ? {} : { numWorkers: integer('workers', values.workers, 0) }
  const count = integer('count', values.count, 1)
  const columns =
    values.columns === undefined ? {} : { columns: integer('columns', values.columns, 1) }
  const options = { transform, count, seed, ...columns, ...workers }
  const sheet = await plainly(library.contactSheet(dataset, options))
  await plainly(library.saveImage(sheet.image, values.out))
  const [, height, width] = sheet.image.shape
  const shape = sheet.shape.join(', ')
  sheet.image.dispose()
  print(`${folder}: ${dataset.length} pictures in ${dataset.classes.length} classes`)
  print(`${values.out}: ${sheet.count} of them as [${shape}], ${width} x ${height} pixels`)
  print(`transform: ${transform.steps.map(describeStep).join(' > ')}`)
  for (const { path, reason } of sheet.report.errors) print(`failed: ${path}: ${reason}`)
  if (measure === 0) return
  for (const line of await timings(dataset, transform, { measure, seed, ...workers }, library)) {
    print(line)
  }
}

/**
 * Gives what fails because of the folder, the pipeline or the file as its message alone.
 *
 * @template T
 * @param {Promise<T>} work
 */
async function plainly(work) {
  try {
    return await work
  } catch (error) {
    throw new InstallError(error instanceof Error ? error.message : String(error))
  }
}

/**
 * @param {string} what
 * @param {number} size
 * @param {Library} library
 */
async function pipelineOf(what, size, { transforms }) {
  const begun = transforms.pipeline()
  if (what === 'train') {
    return begun
      .randomResizedCrop(size)
      .randomHorizontalFlip()
      .colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4 })
      .toTensor()
      .normalize(MEAN, STD)
  }
  if (what === 'eval') {
    return begun
      .resize(Math.round((size * 256) / 224))
      .centerCrop(size)
      .toTensor()
      .normalize(MEAN, STD)
  }
  const exported = await importModule(what)
  const found = exported.default ?? exported.transform
  if (typeof found !== 'function' || !Array.isArray(found.steps)) {
    throw usage(`'${what}' exports no pipeline, neither as default nor as transform`)
  }
  return /** @type {Pipeline} */ (found)
}

/** @param {string} path */
async function importModule(path) {
  try {
    return await import(pathToFileURL(resolve(path)).href)
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw usage(
        `this version of Node.js reads no TypeScript: run npx tsx node_modules/.bin/node-libtorch show ...`,
      )
    }
    if (code === 'ERR_MODULE_NOT_FOUND') {
      throw usage(
        `--transform takes train, eval or a module: ${/** @type {Error} */ (error).message}`,
      )
    }
    throw error
  }
}

/** @type {(key: string, value: unknown) => unknown} */
const shorter = (_, value) => (typeof value === 'number' ? Number(value.toPrecision(4)) : value)

/** @param {{ name: string, params: object }} step */
function describeStep({ name, params }) {
  const settings = Object.entries(params)
    .filter(([, value]) => value !== undefined && typeof value !== 'function')
    .map(([key, value]) => `${key} ${JSON.stringify(value, shorter)}`)
  return settings.length === 0 ? name : `${name} (${settings.join(', ')})`
}

/**
 * What the loader needs for each stage of a picture, by its own report; without native code, what each
 * step takes here.
 *
 * @param {import('../lib/vision/index.js').datasets.ImageFolder} dataset
 * @param {Pipeline} transform
 * @param {{ measure: number, seed: number, numWorkers?: number }} options
 * @param {Library} library
 */
async function timings(dataset, transform, { measure, ...options }, library) {
  const loader = library.dataloader(dataset, {
    sampler: Array.from({ length: measure }, (_, position) => position % dataset.length),
    batchSize: 16,
    onError: 'skip',
    ...options,
  })
  const began = performance.now()
  for await (const [images, targets] of loader) {
    images.dispose()
    targets.dispose()
  }
  const { samples, stages } = loader.report
  const speed = (samples / (performance.now() - began)) * 1000
  const isNative = Object.keys(stages).length > 0
  const times = isNative ? stages : await stepTimes(dataset, transform, library)
  const parts = Object.entries(times).map(([name, time]) => `${name} ${time.toFixed(0)}`)
  const together = Object.values(times).reduce((sum, time) => sum + time, 0)
  const by = isNative ? 'native stages: µs of a thread' : 'steps: µs'
  return [
    `loader: ${speed.toFixed(0)} pictures a second (${samples} timed)`,
    `${by} for each picture: ${parts.join(', ')}; together ${together.toFixed(0)}`,
  ]
}

/**
 * Microseconds that decoding and each step take for a picture, one after the other in TypeScript.
 *
 * @param {import('../lib/vision/index.js').datasets.ImageFolder} dataset
 * @param {Pipeline} transform
 * @param {Library} library
 */
async function stepTimes(dataset, transform, { decodeImage, transforms }) {
  /** @type {Record<string, number>} */
  const times = {}
  /** @type {(name: string, began: number) => void} */
  const add = (name, began) => {
    times[name] = (times[name] ?? 0) + (performance.now() - began) * 1000
  }
  const steps = transform.steps.map((step) => transforms.compose([/** @type {any} */ (step)]))
  let timed = 0
  for (const [path] of dataset.samples.slice(0, 32)) {
    const began = performance.now()
    let image = await decodeImage(path).catch(() => undefined)
    if (image === undefined) continue
    add('decode', began)
    for (const [index, step] of steps.entries()) {
      const start = performance.now()
      image = step(image)
      add(transform.steps[index]?.name ?? '', start)
    }
    timed += 1
  }
  return Object.fromEntries(Object.entries(times).map(([name, time]) => [name, time / timed]))
}

/**
 * @param {string} name
 * @param {string} text
 * @param {number} min
 */
function integer(name, text, min) {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < min) {
    throw usage(`expected an integer of at least ${min} for --${name}, got '${text}'`)
  }
  return value
}

/** @param {string} message */
const usage = (message) => Object.assign(new TypeError(message), { code: 'ERR_PARSE_ARGS_SHOW' })
