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
  // What a dead graph has held of JavaScript is let go by the next call, and collected after that.
  let left = Number.POSITIVE_INFINITY
  for (let round = 0; round < 5 && left !== 0; round++) {
    globalThis.gc?.()
    left = torch.memory().live - before
  }
  process.stdout.write(JSON.stringify({ peak: Math.round(peak / 1e6), left }))
}
