import type { TestFn } from 'ava'
import { torch } from '../../lib/torch/index.js'

const collect = globalThis.gc

/** Fails the file's tests if they end with more live handles than they began with, once garbage is collected. */
export function expectNoLiveTensors(test: TestFn): void {
  const before = torch.memory().live
  test.after('all tensors are freed', async (t) => {
    // What the last test has left on the stack, or the runner holds for its report, is gone a few turns later.
    for (let turn = 0; turn < 10 && torch.memory().live !== before; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      collect?.()
    }
    t.is(torch.memory().live, before)
  })
}
