import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

const root = fileURLToPath(new URL('../..', import.meta.url))
const programs = path.join(root, 'test/workers/programs')
let bundled: string | undefined

interface Bundler {
  buildSync(options: object): void
}

/**
 * The programs and the library as JavaScript, in a folder that goes with this process. tsx in each worker would take
 * half a second, most of it in a thread of its own, and on Node.js 20 it leaves a worker's entry file alone.
 */
function bundle(): string {
  if (bundled !== undefined) return bundled
  const folder = mkdtempSync(path.join(root, 'build/workers-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  // The bundler that tsx itself is built on.
  const require = createRequire(createRequire(import.meta.url).resolve('tsx/package.json'))
  const bundler: Bundler = require('esbuild')
  bundler.buildSync({
    entryPoints: readdirSync(programs).map((file) => path.join(programs, file)),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
  })
  bundled = folder
  return folder
}

/** The file of `programs/<program>.ts` as JavaScript. */
export const programFile = (program: string): string => path.join(bundle(), `${program}.js`)

/** A worker that runs `programs/<program>.ts`, which finds `data` in its `workerData`. */
export function startWorker(program: string, data?: unknown): Worker {
  return new Worker(programFile(program), { workerData: data, execArgv: [] })
}

/** The next message of a worker; rejects if it fails or ends first. */
export function message<T>(worker: Worker): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number): void => {
      reject(new Error(`the worker ended with code ${code} before it sent anything`))
    }
    worker.once('message', (value: T) => {
      worker.off('error', reject).off('exit', ended)
      resolve(value)
    })
    worker.once('error', reject).once('exit', ended)
  })
}

/** Waits for the end of a worker; its exit code. */
export async function ended(worker: Worker): Promise<number> {
  const [code] = await once(worker, 'exit')
  return code as number
}

/** Runs a program to its end: its only message. */
export async function run<T>(program: string, data?: unknown): Promise<T> {
  const worker = startWorker(program, data)
  const exit = ended(worker)
  const result = await message<T>(worker)
  const code = await exit
  if (code !== 0) throw new Error(`${program} ended with code ${code}`)
  return result
}
