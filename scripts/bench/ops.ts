// What one call costs: operators on tensors so small that the call is all there is.

import { isBuilt, keepLeast, runNode, runPython } from './python.js'

/** Processes of each kind, measurements in each, calls in a measurement; the first measurement warms up. */
const ROUNDS = 3
const MEASUREMENTS = 5
const CALLS = 8000

/** Each row in both languages. `a` and `b` are 2×2 float32; with grad, `a` requires it. */
const ROWS: readonly (readonly [name: string, node: string, python: string])[] = [
  ['add', 'a.add(b)', 'a.add(b)'],
  ['add a number', 'a.add(1)', 'a.add(1)'],
  ['matmul 2×2', 'a.matmul(b)', 'a.matmul(b)'],
  ['sum', 'a.sum()', 'a.sum()'],
  ['sum over a dimension', 'a.sum(1)', 'a.sum(1)'],
  ['view', 'a.view(4)', 'a.view(4)'],
  ['index a row', 'a.index(0)', 'a[0]'],
  ['index a slice', 'a.index([slice(0, 1), 1])', 'a[0:1, 1]'],
]

const NODE = `
const { torch } = await import(process.argv[1])
const slice = torch.slice
torch.setNumThreads(1)
const b = torch.ones([2, 2])
const measure = (call) => {
  let best = Infinity
  for (let round = 0; round < ${MEASUREMENTS}; round++) {
    const begun = performance.now()
    for (let i = 0; i < ${CALLS}; i++) call()
    if (round > 0) best = Math.min(best, performance.now() - begun)
  }
  return best / ${CALLS} * 1e6
}
const times = []
// The second pass counts: in the first one the process still warms up.
for (const pass of [1, 2]) {
  times.length = 0
  for (const requiresGrad of [false, true]) {
    const a = torch.ones([2, 2], { requiresGrad })
    ${ROWS.map(([, node]) => `times.push(measure(() => ${node}))`).join('\n    ')}
  }
}
console.log(times.join(' '))`

const PYTHON = `
import time, torch
torch.set_num_threads(1)
b = torch.ones(2, 2)
def measure(call):
    best = float('inf')
    for round in range(${MEASUREMENTS}):
        begun = time.perf_counter()
        for i in range(${CALLS}): call()
        if round > 0: best = min(best, time.perf_counter() - begun)
    return best / ${CALLS} * 1e9
for warming in (True, False):
    times = []
    for requires_grad in (False, True):
        a = torch.ones(2, 2, requires_grad=requires_grad)
        ${ROWS.map(([, , python]) => `times.append(measure(lambda: ${python}))`).join('\n        ')}
print(*times)`

/** Prints nanoseconds per call, the least of several rounds, node and Python in turn, and their ratio. */
export function ops(): void {
  if (!isBuilt('ops')) return
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    keepLeast(ours, runNode(NODE))
    keepLeast(theirs, runPython(PYTHON))
  }
  if (theirs.length === 0) console.log('Python has no torch here: no comparison')
  console.log('ns per call                        here   Python  ratio')
  for (const [i, time] of ours.entries()) {
    const name = (ROWS[i % ROWS.length] as (typeof ROWS)[number])[0]
    const label = i < ROWS.length ? name : `${name}, with grad`
    const python = theirs[i]
    const rest =
      python === undefined ? '' : `${python.toFixed(0).padStart(8)}  ${(time / python).toFixed(2)}`
    console.log(`${label.padEnd(32)}${time.toFixed(0).padStart(7)}${rest}`)
  }
}
