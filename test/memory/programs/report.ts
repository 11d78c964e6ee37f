import { torch } from '../../../lib/torch/index.js'

const before = torch.memory().live
let peak = 0

/** Notes the resident memory; call it now and then. */
export function sample(): void {
  peak = Math.max(peak, process.memoryUsage.rss())
}

/** Prints what the test reads. Call it from an event-loop turn after the loop, when no local is left. */
export function report(): void {
  sample()
  globalThis.gc?.()
  const left = torch.memory().live - before
  process.stdout.write(JSON.stringify({ peak: Math.round(peak / 1e6), left }))
}
