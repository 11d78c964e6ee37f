// Time from the start of loading the library to the first tensor, in a fresh process.

import { isBuilt, runNode, runPython } from './python.js'

const ROUNDS = 7

const NODE = `
const begun = performance.now()
const { torch } = await import(process.argv[1])
torch.zeros([1]).add(1).item()
console.log(performance.now() - begun)`

const PYTHON = `
import time
begun = time.perf_counter()
import torch
torch.zeros(1).add(1).item()
print((time.perf_counter() - begun) * 1000)`

/** Prints the least of several rounds, node and Python in turn. */
export function startup(): void {
  if (!isBuilt('startup')) return
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(Number(runNode(NODE)))
    const python = runPython(PYTHON)
    if (python !== undefined) theirs.push(Number(python))
  }
  const [a, b] = [Math.min(...ours), Math.min(...theirs)]
  const text = Number.isFinite(b)
    ? `import torch in Python ${b.toFixed(0)} ms, ratio ${(a / b).toFixed(2)}`
    : 'Python has no torch here'
  console.log(`startup to first tensor: ${a.toFixed(0)} ms; ${text}`)
}
