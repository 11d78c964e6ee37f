// Runs attack.ts in processes of its own and tells what became of them.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export interface Outcome {
  calls: number
  refused: number
  /** What should not have happened; empty if all is well. */
  faults: string[]
}

export interface Attack {
  surface: 'functions' | 'methods' | 'raw'
  part: number
  parts: number
  /** Of this many values each function meets one; 1 for all. */
  share: number
  timeoutMs: number
}

const program = fileURLToPath(new URL('attack.ts', import.meta.url))
/** By its address, since the processes run in a folder of their own, where they may leave what they like. */
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
/** KB of data: what asks for terabytes is refused, what asks for gigabytes too. */
const MEMORY_KB = 3 << 20

export async function run({ surface, part, parts, share, timeoutMs }: Attack): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hostile-'))
  const note = path.join(folder, 'call')
  const node = [process.execPath, `--import=${tsx}`, program]
  const words = [surface, note, part, parts, share].map(String)
  const shell = ['-c', `ulimit -d ${MEMORY_KB}; exec "$@"`, 'sh', ...node, ...words]
  try {
    return await new Promise((resolve) => {
      const options = {
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: 1 << 26,
        cwd: folder,
      } as const
      execFile('sh', shell, options, async (error, stdout, stderr) => {
        if (error === null) {
          const { calls, refused, odd } = JSON.parse(stdout)
          return resolve({ calls, refused, faults: odd })
        }
        const call = (await readFile(note, 'utf8').catch(() => '')).trim()
        const death = error.killed ? 'was still running' : (error.signal ?? `exit ${error.code}`)
        const last = stderr.trim().split('\n').slice(-8).join('\n')
        resolve({ calls: 0, refused: 0, faults: [`${call}: ${death}\n${last}`] })
      })
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
