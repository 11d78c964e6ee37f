/** The work on each path that goes on in this process, or waits. */
const queues = new Map<string, Promise<unknown>>()

/**
 * Runs `work` when all earlier work on the same path has ended, well or not.
 *
 * @throws the reason of `signal` when that aborts while waiting; what `work` throws
 */
export async function exclusively<T>(
  path: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const before = queues.get(path) ?? Promise.resolve()
  const turn = before.then(async () => {
    signal?.throwIfAborted()
    return await work()
  })
  const settled = turn.catch(() => {})
  queues.set(path, settled)
  void settled.then(() => {
    if (queues.get(path) === settled) queues.delete(path)
  })
  // Work that has begun ends itself, and tidies up first.
  await orAborted(before, signal)
  return turn
}

/** Settles as `earlier` does, or with the reason of `signal` if that aborts first. */
async function orAborted(earlier: Promise<unknown>, signal: AbortSignal | undefined) {
  if (signal === undefined) return earlier
  let abort = (): void => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([earlier, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
