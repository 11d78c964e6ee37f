/** What `make` makes of each item, in their order, several at a time. */
export async function* inOrder<T, R>(
  items: readonly T[],
  make: (item: T, index: number) => Promise<R>,
  concurrency: number,
): AsyncGenerator<[T, R]> {
  const started: Promise<R>[] = []
  for (let taken = 0; taken < items.length; taken++) {
    while (started.length < concurrency && taken + started.length < items.length) {
      const index = taken + started.length
      const next = make(items[index] as T, index)
      // Whoever awaits it sees the error; until then it is nobody's.
      next.catch(() => {})
      started.push(next)
    }
    yield [items[taken] as T, await (started.shift() as Promise<R>)]
  }
}
