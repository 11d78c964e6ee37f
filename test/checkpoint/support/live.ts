import type { TestFn } from 'ava'
import { torch } from '../../../lib/torch/index.js'

/** Fails the file's tests if they end with more live tensors than they began with. */
export function expectNoLiveTensors(test: TestFn): void {
  const before = torch.memory().live
  test.after('all tensors are freed', (t) => {
    t.is(torch.memory().live, before)
  })
}
