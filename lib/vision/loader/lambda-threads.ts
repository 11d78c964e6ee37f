// Worker threads for a function of the user's on bytes.

import { Worker } from 'node:worker_threads'
import type { ViewsInfo } from '../transforms/lambda.js'
import { Limiter } from './limiter.js'

/** What a thread is asked to do: change `count` pictures that lie one behind the other. */
export interface LambdaTask {
  readonly memory: SharedArrayBuffer
  readonly count: number
  readonly info: ViewsInfo
}

/** What a thread says when it is done. */
export interface LambdaAnswer {
  readonly error: string | undefined
}

/**
 * What a thread runs: it calls the default export of a module on pictures in shared memory. As text,
 * because a thread cannot begin with a TypeScript file, which this one is until it is compiled.
 */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads')
const loaded = import(workerData).then(({ default: fn }) => {
  if (typeof fn !== 'function') throw new TypeError('its default export is not a function')
  return fn
})
loaded.catch(() => {}) // the first task reports it
parentPort.on('message', async ({ memory, count, info }) => {
  const bytes = info.height * info.width * 3
  const views = Array.from({ length: count }, (_, i) => new Uint8Array(memory, i * bytes, bytes))
  try {
    await (await loaded)(views, info)
    parentPort.postMessage({ error: undefined })
  } catch (error) {
    parentPort.postMessage({ error: error instanceof Error ? error.message : String(error) })
  }
})
`

/** One thread, with memory that it shares with this one. */
class LambdaThread {
  readonly #module: string
  readonly #worker: Worker
  #memory = new SharedArrayBuffer(0)
  #settle: ((error: string | undefined) => void) | undefined
  #ended: string | undefined

  constructor(module: string) {
    this.#module = module
    this.#worker = new Worker(PROGRAM, { eval: true, workerData: module })
    this.#worker.unref()
    this.#worker.on('message', ({ error }: LambdaAnswer) => this.#settle?.(error))
    this.#worker.on('error', (error) => this.#end(String(error)))
    this.#worker.on('exit', (code) => this.#end(`its thread ended with code ${code}`))
  }

  #end(reason: string): void {
    this.#ended ??= reason
    this.#settle?.(reason)
  }

  async run(views: readonly Uint8Array[], info: ViewsInfo): Promise<void> {
    const bytes = info.height * info.width * 3
    if (this.#memory.byteLength < bytes * views.length) {
      this.#memory = new SharedArrayBuffer(bytes * views.length)
    }
    const shared = new Uint8Array(this.#memory)
    views.forEach((view, i) => {
      shared.set(view, i * bytes)
    })
    const task: LambdaTask = { memory: this.#memory, count: views.length, info }
    this.#worker.ref()
    const error = await new Promise<string | undefined>((resolve) => {
      this.#settle = resolve
      if (this.#ended === undefined) this.#worker.postMessage(task)
      else resolve(this.#ended)
    })
    this.#settle = undefined
    this.#worker.unref()
    if (error !== undefined) {
      throw new Error(`transforms.pipeline().lambda: the module '${this.#module}' failed: ${error}`)
    }
    views.forEach((view, i) => {
      view.set(shared.subarray(i * bytes, (i + 1) * bytes))
    })
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** Threads that run the default export of a module, begun when they are needed. */
export class LambdaThreads {
  readonly #module: string
  readonly #count: number
  readonly #limiter: Limiter
  readonly #threads = new Set<LambdaThread>()
  readonly #idle: LambdaThread[] = []

  constructor(module: string, count: number) {
    this.#module = module
    this.#count = count
    this.#limiter = new Limiter(count)
  }

  /** Changes pictures in place, the threads each a part of them. */
  async run(views: readonly Uint8Array[], { indices, ...info }: ViewsInfo): Promise<void> {
    const share = Math.ceil(views.length / this.#count)
    const parts: Promise<void>[] = []
    for (let from = 0; from < views.length; from += share) {
      const part = views.slice(from, from + share)
      const about = { ...info, indices: indices.slice(from, from + share) }
      parts.push(this.#limiter.run(() => this.#runPart(part, about)))
    }
    // All of them, so that no thread writes any more when one has failed.
    const results = await Promise.allSettled(parts)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed !== undefined) throw failed.reason
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread.close()))
  }

  async #runPart(views: readonly Uint8Array[], info: ViewsInfo): Promise<void> {
    const thread = this.#idle.pop() ?? this.#begin()
    try {
      await thread.run(views, info)
    } finally {
      this.#idle.push(thread)
    }
  }

  #begin(): LambdaThread {
    const thread = new LambdaThread(this.#module)
    this.#threads.add(thread)
    return thread
  }
}
