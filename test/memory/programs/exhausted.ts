import { torch } from '../../../lib/torch/index.js'
import { report, sample } from './report.js'

// Runs under a limit of 10 GB of data. `empty` touches no page, so that only the limit is felt.
const GB = 2 ** 30 / 4

function loop(): void {
  const live = torch.empty([GB])
  let garbage: object[] = []
  for (let i = 0; i < 100; i++) {
    garbage.push(torch.empty([GB]))
    if (garbage.length === 6) garbage = []
  }
  // No handle is told to V8 before the allocation that needs it gone.
  garbage = []
  const { full } = torch.memory().collections
  torch.empty([7 * GB])
  if (torch.memory().collections.full === full) throw new Error('there was room without collecting')

  // What does not fit at all fails, and what writes into an argument is not tried twice.
  const before = torch.memory().collections.full
  for (const [attempt, collections] of [
    [() => torch.empty([64 * GB]), 1],
    [() => torch.empty([0]).resize_([64 * GB]), 0],
  ] as const) {
    const start = torch.memory().collections.full
    try {
      attempt()
      throw new Error('64 GB fit')
    } catch (error) {
      if ((error as Error).name !== 'OutOfMemoryError') throw error
    }
    const done = torch.memory().collections.full - start
    if (done !== collections) throw new Error(`${done} collections, expected ${collections}`)
  }
  if (torch.memory().collections.full !== before + 1)
    throw new Error('more collections than errors')
  live.dispose()
  sample()
}

loop()
setImmediate(report)
