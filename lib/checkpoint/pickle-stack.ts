import { refuse } from './error.js'

const STACK_LIMIT = 1 << 24

/** The stack of the pickle machine. Nothing below the last mark can be taken off. */
export class PickleStack {
  private readonly items: unknown[] = []
  private readonly marks: number[] = []
  private floor = 0

  push(value: unknown): void {
    if (this.items.push(value) > STACK_LIMIT) refuse('holds a pickle with too deep a stack')
  }

  mark(): void {
    this.floor = this.items.length
    if (this.marks.push(this.floor) > STACK_LIMIT) refuse('holds a pickle with too many marks')
  }

  pop(): unknown {
    this.require(1)
    return this.items.pop()
  }

  /** The upper `count` items, lowest first. */
  popSome(count: number): unknown[] {
    this.require(count)
    return this.cut(this.items.length - count)
  }

  /** The items above the last mark, which goes too. */
  popToMark(): unknown[] {
    const mark = this.marks.pop()
    if (mark === undefined) refuse('holds a pickle that lacks a mark')
    this.floor = this.marks.at(-1) ?? 0
    return this.cut(mark)
  }

  top(): unknown {
    this.require(1)
    return this.items[this.items.length - 1]
  }

  /** The top item, if there is one: for messages. */
  peek(): unknown {
    return this.items.at(-1)
  }

  private cut(start: number): unknown[] {
    const { items } = this
    const upper = items.slice(start)
    items.length = start
    return upper
  }

  private require(count: number): void {
    if (this.items.length - count < this.floor) refuse('holds a pickle whose stack runs empty')
  }
}

/** The memo of the pickle machine. Files number it 0, 1, 2, ...; other numbers cost more memory. */
export class PickleMemo {
  private readonly dense: unknown[] = []
  private readonly sparse = new Map<number, unknown>()

  get size(): number {
    return this.dense.length + this.sparse.size
  }

  store(index: number, value: unknown): void {
    if (index < this.dense.length) this.dense[index] = value
    else if (index === this.dense.length) this.dense.push(value)
    else this.sparse.set(index, value)
  }

  recall(index: number): unknown {
    if (index < this.dense.length) return this.dense[index]
    if (!this.sparse.has(index)) refuse(`recalls the memo entry ${index}, which was never stored`)
    return this.sparse.get(index)
  }
}
