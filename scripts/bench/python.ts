// Programs in fresh processes, ours and Python's in turn: the machine's moods then meet both alike.

import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The compiled library, as users load it. */
export const built = new URL('../../dist/lib/index.js', import.meta.url)

/** False, with a word on stderr, where the library has not been compiled. */
export function isBuilt(benchmark: string): boolean {
  if (existsSync(fileURLToPath(built))) return true
  console.error(`${benchmark}: build first (npm run build:ts)`)
  return false
}

/** What a module prints; `process.argv[1]` is the address of the library. Throws if it fails. */
export function runNode(program: string): string {
  const args = ['--input-type=module', '-e', program, built.href]
  return execFileSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  })
}

/** What a Python program prints; undefined where it fails, as without PyTorch. */
export function runPython(program: string): string | undefined {
  try {
    return execFileSync(process.env.PYTHON ?? 'python3', ['-c', program], {
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    })
  } catch {
    return undefined
  }
}

/** Takes the numbers that a program has printed into the least of each so far. */
export function keepLeast(least: number[], text: string | undefined): void {
  if (text === undefined) return
  for (const [i, word] of text.trim().split(' ').entries()) {
    least[i] = Math.min(least[i] ?? Number.POSITIVE_INFINITY, Number(word))
  }
}
