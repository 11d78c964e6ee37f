// What reading, decoding and augmenting pictures costs: our loader, sharp, and torchvision's loaders, on the same files.
// Set PHOTOS to a folder of JPEG photos to make the pictures of others than those of the examples.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { makePictures, type PictureSet, SETS } from './loader/pictures.js'
import {
  DECODER_PROGRAM,
  type Measured,
  type OurSettings,
  ourProgram,
  pythonProgram,
  sharpProgram,
} from './loader/programs.js'
import { printTargets } from './loader/targets.js'
import { isBuilt, runNode, runPython } from './python.js'

/** Processes of each kind, in turn; the median counts. */
const ROUNDS = 3
/** Pictures that others read for each of ours. */
const SHARE = 0.1

const PHOTOS =
  process.env.PHOTOS ?? fileURLToPath(new URL('../../examples/photos', import.meta.url))
// Not import.meta.resolve, which hangs under tsx.
const SHARP = pathToFileURL(createRequire(import.meta.url).resolve('sharp')).href
const CLI = fileURLToPath(new URL('../cli.mjs', import.meta.url))

/** The medians of what was measured, by the name of who was measured. */
export type Results = Map<string, Measured>

type Run = () => Measured | undefined

const parse = (text: string | undefined): Measured | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Measured)

function medianOf(measured: readonly Measured[]): Measured {
  const median = (of: (one: Measured) => number): number =>
    measured.map(of).toSorted((a, b) => a - b)[measured.length >> 1] as number
  return {
    images: median(({ images }) => images),
    cpu: median(({ cpu }) => cpu),
    wall: median(({ wall }) => wall),
    delay: median(({ delay = 0 }) => delay),
    grown: median(({ grown = 0 }) => grown),
    creep: median(({ creep = 0 }) => creep),
  }
}

/** All in turn, round after round: the machine's moods then meet all alike. */
function measure(runs: Readonly<Record<string, Run>>): Results {
  const all = new Map<string, Measured[]>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(runs)) {
      const measured = run()
      if (measured !== undefined) all.set(name, [...(all.get(name) ?? []), measured])
    }
  }
  return new Map([...all].map(([name, measured]) => [name, medianOf(measured)]))
}

function contenders(set: PictureSet, folder: string, pack: string): Record<string, Run> {
  const repeats = set.repeats
  const fewer = Math.ceil(repeats * SHARE)
  const ours = (settings: Partial<OurSettings>): Run => {
    const program = ourProgram({ folder, threads: 1, repeats, ...settings })
    return () => parse(runNode(program))
  }
  const theirs = (version: 'v1' | 'v2', workers: number): Run => {
    const program = pythonProgram(folder, version, workers, fewer)
    return () => parse(runPython(program))
  }
  const all: Record<string, Run> = {
    folder: ours({}),
    pack: ours({ pack }),
  }
  if (set.progressive) return all
  const fast = { decode: 'fast' } as const
  all['folder, decode fast'] = ours({ options: fast })
  if (set === SETS.s1600) all['pack, decode fast'] = ours({ pack, options: fast })
  if (set === SETS.s500) {
    all['raw cache'] = ours({ options: { cache: 'raw' } })
    all['folder, 2 threads'] = ours({ threads: 2 })
    all['the same, watched'] = ours({ threads: 2, watched: true })
  }
  const sharp = sharpProgram(SHARP, folder, fewer)
  all['sharp: crop and resize only'] = () => parse(runNode(sharp))
  all['torchvision PIL'] = theirs('v1', 0)
  all['torchvision v2'] = theirs('v2', 0)
  if (set === SETS.s500) {
    all['torchvision PIL, 2 workers'] = theirs('v1', 2)
    all['torchvision v2, 2 workers'] = theirs('v2', 2)
  }
  return all
}

function print(set: PictureSet, bytes: number, results: Results): void {
  const rate = (images: number, seconds: number): string =>
    (images / seconds).toFixed(0).padStart(9)
  console.log(`\n${set.count} pictures of ${set.name}, ${(bytes / 1000).toFixed(0)} KB`)
  console.log(`${''.padEnd(32)}per CPU-s    per s  folder is`)
  const ours = results.get('folder')
  for (const [name, { images, cpu, wall }] of results) {
    const ratio = ours === undefined ? 0 : ours.images / ours.cpu / (images / cpu)
    console.log(
      `${name.padEnd(32)}${rate(images, cpu)}${rate(images, wall)}${`${ratio.toFixed(2)}×`.padStart(11)}`,
    )
  }
}

function describePython(): void {
  const text = runPython(DECODER_PROGRAM)
  if (text === undefined) {
    console.log('Python has no torchvision here: no comparison')
    return
  }
  const [torch, torchvision, decoder] = text.trim().split(' ')
  const note =
    decoder === 'PIL' ? ', whose decode_jpeg does not load: Pillow decodes for v2, too' : ''
  console.log(`Python: torch ${torch}, torchvision ${torchvision}${note}`)
}

/** Prints pictures per second of the processor, and on the clock, of each contender, and the targets. */
export async function loader(): Promise<void> {
  if (!isBuilt('loader')) return
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-loader-'))
  try {
    describePython()
    console.log(
      'random crop to 224², colour jitter, flip, normalize; batches of 64 float32 pictures',
    )
    const all: Record<string, Results> = {}
    for (const [key, set] of Object.entries(SETS)) {
      const pictures = path.join(folder, key)
      const pack = path.join(folder, `${key}.pack`)
      const bytes = await makePictures(pictures, PHOTOS, set)
      const packing = spawnSync(process.execPath, [CLI, 'pack', pictures, pack], {
        encoding: 'utf8',
      })
      if (packing.status !== 0) throw new Error(`pack: ${packing.stderr}`)
      const results = measure(contenders(set, pictures, pack))
      print(set, bytes, results)
      all[key] = results
    }
    printTargets(all as Record<keyof typeof SETS, Results>)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
