import type { TestFn } from 'ava'
import { torch } from '../../lib/torch/index.js'

const collect = globalThis.gc

/** Fails the file's tests if they end with more live handles than they began with, once garbage is collected. */
export function expectNoLiveTensors(test: TestFn): void {
  const before = torch.memory().live
  test.after('all tensors are freed', async (t) => {
    // In a turn of its own: what the last test has left on the stack is gone then.
    await new Promise((resolve) => setImmediate(resolve))
    collect?.()
    t.is(torch.memory().live, before)
  })
}
