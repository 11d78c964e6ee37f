import path from 'node:path'
import {
  checkBoolean,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkString,
  fail,
} from '../../check.js'
import { type FileWriter, writeSynced } from '../atomic.js'
import { naming } from '../error.js'
import { PthFile } from '../pth-file.js'
import type { Savable } from '../save.js'
import { publish } from './folder.js'
import { type FileSum, hex, MANIFEST, type Manifest, manifestText } from './manifest.js'
import { collect, PART_NAMES, type RunParts } from './parts.js'
import { type Keep, prune } from './prune.js'

/** What a checkpoint keeps. */
export interface RunState extends RunParts {
  /** How many steps, or epochs, the run has made; for people, and in the checkpoint's description. */
  readonly step?: number
  /** What checkpoints are compared by, as a validation loss: a finite number. */
  readonly metric?: number
  /** Anything else: what `save` writes, plain data and tensors. */
  readonly user?: Savable
}

/** Options of {@link save}. */
export interface SaveOptions {
  /** How many of the newest checkpoints stay; all unless given. */
  readonly keepLast?: number
  /** How many of the best stay beside them. Needs `keepLast`; 0 unless given. */
  readonly keepBest?: number
  /** Whether the best metric is the lowest (the default) or the highest. */
  readonly mode?: 'min' | 'max'
  /** Copy the state and write the copy while the run goes on. */
  readonly background?: boolean
}

/** A checkpoint on the disk. */
export interface SavedCheckpoint {
  /** Its folder. */
  readonly path: string
  readonly step: number | null
  readonly metric: number | null
  readonly savedAt: Date
}

/** A checkpoint whose state has been copied and is being written. */
export interface BackgroundSave {
  /** Resolves when it is on the disk; rejects if it could not be written, which also emits a warning. */
  readonly durable: Promise<SavedCheckpoint>
}

const where = 'checkpoint.save'
const MODE = 0o666

/** Saves under way, by folder: they are written one after another. */
const underWay = new Map<string, Promise<unknown>>()

/**
 * Saves the state of a run as the next checkpoint in a folder, `run/checkpoint-000007`: `model.pth` (a state dict that
 * Python reads with `torch.load`), `training.pth` (everything else) and `checkpoint.json` (step, metric, checksums).
 * The checkpoint is there in full or not at all, whatever happens meanwhile: files and folders are synced before the
 * checkpoint gets its name. The default generators of all devices are always part of it; gradients are not.
 *
 * With `background: true` the state is copied, and the promise resolves once it is: at once, or, while an earlier
 * checkpoint for this folder is being written, after that; await it before the next step. The writing goes on in other
 * threads. Without it, nothing of the state may change until the promise resolves, and memory for no copy is needed.
 *
 * @example await checkpoint.save('run', { model, optimizer, scheduler, loader, step, metric: loss }, { keepLast: 3 })
 * @throws TypeError or RangeError for what cannot be saved; CheckpointError, with all that was there as it was, if the
 *   file system refuses
 */
export function save(
  run: string,
  state: RunState,
  options: SaveOptions & { readonly background: true },
): Promise<BackgroundSave>
export function save(
  run: string,
  state: RunState,
  options?: SaveOptions & { readonly background?: false },
): Promise<SavedCheckpoint>
export async function save(
  run: string,
  state: RunState,
  options?: SaveOptions,
): Promise<SavedCheckpoint | BackgroundSave> {
  const key = path.resolve(checkString(where, 'run', run))
  const { background = false, ...keep } = checkSaveOptions(options)
  const { step, metric, user, ...parts } = checkState(state)
  for (let before = underWay.get(key); before !== undefined; before = underWay.get(key)) {
    await before.catch(() => {}) // its own caller is told
  }
  const { model, training, names } = collect(where, parts)
  const values = new Map<string, unknown>([['training.pth', { ...training, user: user ?? null }]])
  if (model !== undefined) values.set('model.pth', model)
  const files = prepare(values, background)
  const about = { version: 1, step: step ?? null, metric: metric ?? null, parts: names } as const
  const writing = write(run, files, about, keep).finally(() => {
    underWay.delete(key)
    for (const file of files.values()) file.dispose()
  })
  underWay.set(key, writing)
  if (!background) return writing
  writing.catch((error: Error) => process.emitWarning(error.message, 'CheckpointWarning'))
  return { durable: writing }
}

function checkSaveOptions(given: SaveOptions | undefined): Keep & { background?: boolean } {
  const options = checkOptions(where, given, ['keepLast', 'keepBest', 'mode', 'background'])
  const { keepLast, keepBest = 0, mode = 'min', background = false } = options
  if (keepLast !== undefined) checkInteger(where, 'keepLast', keepLast, { min: 1 })
  checkInteger(where, 'keepBest', keepBest, { min: 0 })
  if (keepBest > 0 && keepLast === undefined) {
    throw new TypeError(`${where}: keepBest needs keepLast, without which all checkpoints stay`)
  }
  checkOneOf(where, 'mode', mode, ['min', 'max'])
  checkBoolean(where, 'background', background)
  return { keepLast, keepBest, mode, background }
}

function checkState(given: RunState): RunState {
  if (given === undefined) fail(where, 'state', 'a plain object', given)
  const state = checkOptions(where, given, [...PART_NAMES, 'step', 'metric', 'user'])
  if (state.step !== undefined) checkInteger(where, 'step', state.step, { min: 0 })
  if (state.metric !== undefined && !Number.isFinite(state.metric)) {
    fail(where, 'metric', 'a finite number', state.metric)
  }
  return state
}

/** The values, ready to be written: as they are now, or as they are when they are written. */
function prepare(
  values: ReadonlyMap<string, unknown>,
  freeze: boolean,
): ReadonlyMap<string, PthFile> {
  const files = new Map<string, PthFile>()
  try {
    for (const [name, value] of values) files.set(name, new PthFile(where, value, { freeze }))
    return files
  } catch (error) {
    for (const file of files.values()) file.dispose()
    throw error
  }
}

async function write(
  run: string,
  files: ReadonlyMap<string, PthFile>,
  about: Omit<Manifest, 'files' | 'savedAt'>,
  keep: Keep,
): Promise<SavedCheckpoint> {
  return naming(where, run, async () => {
    const savedAt = new Date()
    const folder = await publish(run, async (temporary) => {
      const sums: Record<string, FileSum> = {}
      for (const [name, file] of files) {
        const target = path.join(temporary, name)
        await writeSynced(target, MODE, async (writer) => {
          const { crc } = await file.write(writer)
          sums[name] = { bytes: writer.position, crc32: hex(crc) }
        })
      }
      const manifest = { ...about, savedAt: savedAt.toISOString(), files: sums }
      await writeSynced(path.join(temporary, MANIFEST), MODE, (writer: FileWriter) =>
        writer.write(manifestText(manifest)),
      )
    })
    await prune(run, folder, keep)
    return { path: folder.path, step: about.step, metric: about.metric, savedAt }
  })
}
