import { torch } from '../../../lib/torch/index.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

const MB = 2 ** 20
const BUDGET = 48 * MB

/** Most bytes seen while `count` tensors of 4 MB are made and dropped. */
function churn(count: number): number {
  let most = 0
  for (let i = 0; i < count; i++) {
    torch.empty([MB])
    most = Math.max(most, torch.memory().bytes)
    if (i % 100 === 0) sample()
  }
  return most
}

function check(holds: boolean, what: string): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(torch.memory())}`)
}

function loop(): void {
  torch.setMemoryBudget(BUDGET, { device: 'cpu' })
  check(churn(2000) <= BUDGET + 4 * MB, 'garbage exceeded the budget and one tensor')
  const { minor, full } = torch.memory().collections
  check(minor >= 100, 'young garbage needs minor collections')
  check(full < minor / 4, 'young garbage needs hardly a full one')

  // Live data beyond the budget: collections at each quarter of growth, not at each operation.
  const live = Array.from({ length: 16 }, () => torch.empty([MB]))
  const before = torch.memory().collections
  check(churn(400) <= 1.25 * (64 + 4) * MB + 8 * MB, 'garbage exceeded a quarter of the live data')
  const after = torch.memory().collections
  check(after.minor - before.minor <= 150, 'a collection at each operation')
  for (const tensor of live) tensor.dispose()

  // Old garbage: only a full collection finds it.
  let old: object[] = Array.from({ length: 10 }, () => torch.empty([MB]))
  globalThis.gc?.()
  globalThis.gc?.()
  check(old.length === 10, 'ten tensors are old')
  old = []
  const fulls = torch.memory().collections.full
  check(churn(40) <= BUDGET + 4 * MB, 'old garbage exceeded the budget')
  check(torch.memory().collections.full > fulls, 'old garbage needs a full collection')

  torch.setMemoryBudget(null, { device: 'cpu' })
  const without = torch.memory().collections
  churn(20)
  check(torch.memory().collections.minor === without.minor, 'a budget that was taken back')
}

loop()
setImmediate(report)
