// Runs in a worker thread: calls the default export of a module on pictures in shared memory.

import { parentPort, workerData } from 'node:worker_threads'
import type { ViewsFunction } from '../transforms/lambda.js'
import type { LambdaAnswer, LambdaTask } from './lambda-threads.js'

const port = parentPort
if (port === null) throw new Error('lambda-thread: this module runs in a worker thread')

const loaded = import(workerData as string).then(({ default: fn }: { default?: unknown }) => {
  if (typeof fn !== 'function') throw new TypeError('its default export is not a function')
  return fn as ViewsFunction
})
loaded.catch(() => {}) // the first task reports it

port.on('message', async ({ memory, count, info }: LambdaTask) => {
  const bytes = info.height * info.width * 3
  const views = Array.from({ length: count }, (_, i) => new Uint8Array(memory, i * bytes, bytes))
  let answer: LambdaAnswer = { error: undefined }
  try {
    await (await loaded)(views, info)
  } catch (error) {
    answer = { error: error instanceof Error ? error.message : String(error) }
  }
  port.postMessage(answer)
})
