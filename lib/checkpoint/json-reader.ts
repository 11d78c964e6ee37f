import { quote, refuse } from './error.js'

/**
 * Reads the JSON of a safetensors header: objects, texts and arrays of natural numbers. `JSON.parse`
 * would let the second of two equal names win, and round numbers beyond 2^53.
 */
export class HeaderReader {
  private at = 0

  constructor(private readonly text: string) {}

  /** Reads an object; `value` must read the value of each key, which is there only once. */
  object(value: (key: string) => void): void {
    this.expect('{')
    const seen = new Set<string>()
    if (this.take('}')) return
    do {
      const key = this.string('a name')
      if (seen.has(key)) refuse(`has the name ${quote(key)} twice in its header`)
      seen.add(key)
      this.expect(':')
      value(key)
    } while (this.take(','))
    this.expect('}')
  }

  /** Reads a text; `what` it is goes into the error. */
  string(what: string): string {
    this.space()
    const start = this.at
    if (this.text[start] !== '"') refuse(`has a header in which ${what} is not a text`)
    let end = start + 1
    for (; this.text[end] !== '"'; end++) {
      if (end >= this.text.length) refuse('has a header that ends inside a text')
      if (this.text[end] === '\\') end++
    }
    this.at = end + 1
    try {
      return JSON.parse(this.text.slice(start, this.at)) as string
    } catch {
      refuse(`has a header in which ${what} is not a valid text`)
    }
  }

  /** Reads an array of integers from 0 to 2^53 − 1. */
  naturals(what: string): number[] {
    this.expect('[')
    const values: number[] = []
    if (this.take(']')) return values
    do {
      values.push(this.natural(what))
    } while (this.take(','))
    this.expect(']')
    return values
  }

  /** Only white space may be left. */
  end(): void {
    this.space()
    if (this.at !== this.text.length) this.wrong()
  }

  private natural(what: string): number {
    this.space()
    const pattern = /(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y
    pattern.lastIndex = this.at
    const digits = pattern.exec(this.text)?.[0]
    const value = Number(digits)
    if (digits === undefined || !Number.isSafeInteger(value)) {
      refuse(`has a header in which ${what} is not made of natural numbers below 2^53`)
    }
    this.at = pattern.lastIndex
    return value
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++
  }

  private take(character: string): boolean {
    this.space()
    if (this.text[this.at] !== character) return false
    this.at++
    return true
  }

  private expect(character: string): void {
    if (!this.take(character)) this.wrong()
  }

  private wrong(): never {
    refuse(`has a header that is not the expected JSON at character ${this.at}`)
  }
}
