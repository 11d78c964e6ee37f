// Entry of the worker: Node.js 20 does not apply `--import=tsx` to a worker's own entry file.
import { register } from 'tsx/esm/api'

register()
// By address: the compiler does not take a TypeScript file's name in an import.
await import(new URL('modes-worker.ts', import.meta.url).href)
