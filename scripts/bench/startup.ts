// Time from the start of loading the library to the first tensor, in a fresh process.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROUNDS = 7
const built = new URL('../../dist/lib/index.js', import.meta.url)

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

function milliseconds(command: string, args: string[]): number | undefined {
  try {
    return Number(execFileSync(command, args, { stdio: ['ignore', 'pipe', 'ignore'] }))
  } catch {
    return undefined
  }
}

/** Prints the least of several rounds, node and Python in turn. */
export function startup(): void {
  if (!existsSync(fileURLToPath(built))) {
    console.error('startup: build first (npm run build:ts)')
    return
  }
  const python = process.env.PYTHON ?? 'python3'
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const node = milliseconds(process.execPath, ['--input-type=module', '-e', NODE, built.href])
    if (node !== undefined) ours.push(node)
    const other = milliseconds(python, ['-c', PYTHON])
    if (other !== undefined) theirs.push(other)
  }
  const [a, b] = [Math.min(...ours), Math.min(...theirs)]
  const text = Number.isFinite(b)
    ? `import torch in Python ${b.toFixed(0)} ms, ratio ${(a / b).toFixed(2)}`
    : 'Python has no torch here'
  console.log(`startup to first tensor: ${a.toFixed(0)} ms; ${text}`)
}
