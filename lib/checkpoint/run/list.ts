import { checkString } from '../../check.js'
import { naming } from '../error.js'
import { type CheckpointFolder, listFolders } from './folder.js'
import { type Manifest, readManifest } from './manifest.js'
import type { SavedCheckpoint } from './save.js'

/** A checkpoint that describes itself. */
export interface Described {
  readonly folder: CheckpointFolder
  readonly manifest: Manifest
}

/**
 * The checkpoints of a run whose description can be read, newest first.
 *
 * @param passesOver whether what keeps a description from being read leaves its checkpoint out, or is thrown
 */
export async function describeAll(
  run: string,
  passesOver: (error: unknown) => boolean = () => true,
): Promise<Described[]> {
  const described: Described[] = []
  for (const folder of await listFolders(run)) {
    const manifest = await readManifest(folder.path).catch((error: unknown) => {
      if (!passesOver(error)) throw error
      return undefined
    })
    if (manifest !== undefined) described.push({ folder, manifest })
  }
  return described
}

/** By metric, the best first, the newer of two equals before the older; those without a metric are left out. */
export function byMetric(all: readonly Described[], mode: 'min' | 'max'): Described[] {
  const sign = mode === 'min' ? 1 : -1
  return all
    .flatMap((one) => (one.manifest.metric === null ? [] : [{ one, metric: one.manifest.metric }]))
    .sort((a, b) => sign * (a.metric - b.metric) || b.one.folder.sequence - a.one.folder.sequence)
    .map(({ one }) => one)
}

export const asSaved = ({ folder, manifest }: Described): SavedCheckpoint => ({
  path: folder.path,
  step: manifest.step,
  metric: manifest.metric,
  savedAt: new Date(manifest.savedAt),
})

/** The checkpoints in the folder of a run, newest first. */
export async function list(run: string): Promise<SavedCheckpoint[]> {
  checkString('checkpoint.list', 'run', run)
  return naming('checkpoint.list', run, async () => (await describeAll(run)).map(asSaved))
}
