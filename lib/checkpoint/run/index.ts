// checkpoint.save and checkpoint.resume: a run stopped and taken up again without a trace.

export { list } from './list.js'
export type { RunParts, Several, Stateful } from './parts.js'
export { type Resumed, type ResumeOptions, resume } from './resume.js'
export {
  type BackgroundSave,
  type RunState,
  type SavedCheckpoint,
  type SaveOptions,
  save,
} from './save.js'
