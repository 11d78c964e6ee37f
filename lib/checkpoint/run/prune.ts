import { type CheckpointFolder, removeFolder } from './folder.js'
import { byMetric, describeAll } from './list.js'

/** Which checkpoints stay. */
export interface Keep {
  readonly keepLast: number | undefined
  readonly keepBest: number
  readonly mode: 'min' | 'max'
}

/**
 * Removes what need not stay, but never the checkpoint just `saved`, nor any that cannot be read. What cannot be
 * removed stays, with a warning: the checkpoint is safe.
 */
export async function prune(run: string, saved: CheckpointFolder, keep: Keep): Promise<void> {
  const { keepLast, keepBest, mode } = keep
  if (keepLast === undefined) return
  const removable = await unlessRefused(async () => {
    const all = await describeAll(run)
    const kept = new Set([saved.path])
    for (const { folder } of all.slice(0, keepLast)) kept.add(folder.path)
    for (const { folder } of byMetric(all, mode).slice(0, keepBest)) kept.add(folder.path)
    return all.filter(({ folder }) => !kept.has(folder.path))
  })
  for (const { folder } of removable ?? []) await unlessRefused(() => removeFolder(folder))
}

/** What `body` gives; undefined, with a warning, if the file system refuses. */
async function unlessRefused<T>(body: () => Promise<T>): Promise<T | undefined> {
  try {
    return await body()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined // another process was quicker
    process.emitWarning(`checkpoint.save: an old checkpoint stays: ${message}`, 'CheckpointWarning')
    return undefined
  }
}
