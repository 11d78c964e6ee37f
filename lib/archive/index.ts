// Archives, unpacked without trust in what they say.

export { ArchiveError } from './error.js'
export { type Extracted, type ExtractOptions, extractArchive } from './extract.js'
export type { UnpackLimits } from './limits.js'
