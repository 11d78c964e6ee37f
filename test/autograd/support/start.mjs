// Entry of the worker: Node.js 20 does not apply `--import=tsx` to a worker's own entry file.
import { register } from 'tsx/esm/api'

register()
await import('./modes-worker.ts')
