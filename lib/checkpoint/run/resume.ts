import path from 'node:path'
import { checkOneOf, checkOptions, checkString } from '../../check.js'
import { Tensor } from '../../torch/tensor.js'
import { CheckpointError, isDamage, naming } from '../error.js'
import { load } from '../load.js'
import { plainDicts, replaceValues } from '../values.js'
import { type CheckpointFolder, listFolders, sequenceOf } from './folder.js'
import { asSaved, byMetric, type Described, describeAll } from './list.js'
import { readManifest, verifyFiles } from './manifest.js'
import { checkParts, PART_NAMES, type RunParts, restore, restoreRandom } from './parts.js'
import type { SavedCheckpoint } from './save.js'

/** Options of {@link resume}. */
export interface ResumeOptions {
  /** Which checkpoint: the `'latest'` (the default) or the `'best'` by metric. */
  readonly from?: 'latest' | 'best'
  /** Whether the best metric is the lowest (the default) or the highest. */
  readonly mode?: 'min' | 'max'
}

/** The checkpoint from which a run goes on. */
export interface Resumed extends SavedCheckpoint {
  /** What was saved as `user`; Python's dicts come as plain objects. */
  readonly user: unknown
}

const where = 'checkpoint.resume'

/**
 * Puts the state of a run back, from the folder in which `checkpoint.save` keeps it: what follows is the same to the
 * last bit as if the run had never stopped. Parts that are not given stay in the file; the default generators always
 * go back.
 *
 * A checkpoint that is damaged is passed over with a warning that names it, for the one before, or the next best.
 *
 * @param run the folder of the run, or one `checkpoint-000007` in it
 * @param parts modules, optimizers and so on, made as for a new run
 * @returns what was saved with the state; null if there is no checkpoint, so that a run begins and goes on alike
 * @example
 * const resumed = await checkpoint.resume('run', { model, optimizer, scheduler, loader })
 * for (let step = resumed?.step ?? 0; step < 1000; step++) { ... }
 * @throws CheckpointError if a part is missing, if no checkpoint can be read, or if the file system refuses; what a part
 *   throws that the state does not fit
 */
export async function resume(
  run: string,
  parts: RunParts = {},
  options?: ResumeOptions,
): Promise<Resumed | null> {
  checkString(where, 'run', run)
  checkOptions(where, parts, PART_NAMES)
  const { from = 'latest', mode = 'min' } = checkOptions(where, options, ['from', 'mode'])
  checkOneOf(where, 'from', from, ['latest', 'best'])
  checkOneOf(where, 'mode', mode, ['min', 'max'])
  const folders = await naming(where, run, () => candidates(run, from, mode))
  const damaged: string[] = []
  for (const [i, folder] of folders.entries()) {
    let read: ReadCheckpoint
    try {
      read = await naming(where, folder.path, () => readCheckpoint(folder))
    } catch (error) {
      if (!(error instanceof CheckpointError && isDamage(error))) throw error
      damaged.push(error.message)
      const next = folders[i + 1]
      if (next !== undefined) {
        process.emitWarning(
          `${error.message}; ${path.basename(next.path)} is tried`,
          'CheckpointWarning',
        )
      }
      continue
    }
    return await use(read, parts)
  }
  if (damaged.length === 0) return null
  throw new CheckpointError(`${where}: ${run}: no checkpoint can be read: ${damaged.join('; ')}`, {
    path: run,
  })
}

async function candidates(
  run: string,
  from: 'latest' | 'best',
  mode: 'min' | 'max',
): Promise<CheckpointFolder[]> {
  const sequence = sequenceOf(run)
  if (sequence !== undefined) return [{ path: run, sequence }]
  if (from === 'latest') return listFolders(run)
  return byMetric(await describeAll(run, isDamage), mode).map(({ folder }) => folder)
}

interface ReadCheckpoint extends Described {
  readonly states: Map<string, unknown>
}

/** Reads a checkpoint once every one of its files has proved whole. */
async function readCheckpoint(folder: CheckpointFolder): Promise<ReadCheckpoint> {
  const manifest = await readManifest(folder.path)
  await verifyFiles(folder.path, manifest)
  const states = (await load(path.join(folder.path, 'training.pth'))) as Map<string, unknown>
  if ('model.pth' in manifest.files) {
    states.set('model', await load(path.join(folder.path, 'model.pth')))
  }
  return { folder, manifest, states }
}

async function use(read: ReadCheckpoint, parts: RunParts): Promise<Resumed> {
  const { folder, manifest, states } = read
  const kept: unknown[] = []
  try {
    await naming(where, folder.path, async () => checkParts(where, parts, manifest.parts))
    await restore(where, parts, states, (state) => kept.push(state))
    restoreRandom(states.get('random'))
    const user = states.get('user')
    kept.push(user)
    return { ...asSaved(read), user: plainDicts(user) }
  } finally {
    const inUse = tensorsIn(kept)
    for (const tensor of tensorsIn(states)) if (!inUse.has(tensor)) tensor.dispose()
  }
}

function tensorsIn(root: unknown): Set<Tensor> {
  const tensors = new Set<Tensor>()
  replaceValues(root, new Set(), (value) => {
    if (value instanceof Tensor) tensors.add(value)
    return value
  })
  return tensors
}
