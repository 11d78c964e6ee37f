import type { DownloadProgress } from './download.js'

/** Where a progress line goes; standard error is one. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

const FRAME_MS = 100
const BAR_WIDTH = 24
const PLAIN_STEP = 0.1

/** `46.8 MB`, in the decimal units that download pages use. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

/**
 * Shows how a download goes: on a terminal a bar that is redrawn, else a line for every tenth. Pass `update` as
 * `onProgress`, and call `finish` at the end, whether it went well or not.
 */
export class ProgressPrinter {
  private readonly started = performance.now()
  private first: number | undefined
  private drawn = Number.NEGATIVE_INFINITY
  private shown = -1
  private last: DownloadProgress | undefined

  constructor(
    private readonly label: string,
    private readonly stream: ProgressStream = process.stderr,
  ) {}

  readonly update = (progress: DownloadProgress): void => {
    this.first ??= progress.received
    this.last = progress
    if (this.stream.isTTY === true) this.drawBar(progress, false)
    else this.printStep(progress)
  }

  finish(): void {
    if (this.last === undefined || this.stream.isTTY !== true) return
    this.drawBar(this.last, true)
    this.stream.write('\n')
  }

  private drawBar(progress: DownloadProgress, force: boolean): void {
    const now = performance.now()
    if (!force && now - this.drawn < FRAME_MS) return
    this.drawn = now
    const { received, total } = progress
    const seconds = Math.max((now - this.started) / 1000, 0.001)
    const rate = (received - (this.first ?? 0)) / seconds
    const parts = [this.label]
    if (total !== undefined && total > 0) {
      const done = Math.min(received / total, 1)
      const filled = Math.round(done * BAR_WIDTH)
      parts.push(`[${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}]`)
      parts.push(`${Math.floor(done * 100)} %`, `${formatBytes(received)} of ${formatBytes(total)}`)
      if (rate > 0 && received < total) parts.push(`${Math.ceil((total - received) / rate)} s left`)
    } else {
      parts.push(formatBytes(received))
    }
    parts.push(`${formatBytes(rate)}/s`)
    const line = parts.join('  ').slice(0, (this.stream.columns ?? 80) - 1)
    this.stream.write(`\r${line}\x1b[K`)
  }

  private printStep({ received, total }: DownloadProgress): void {
    if (total === undefined || total === 0) return
    const step = Math.floor(received / total / PLAIN_STEP)
    if (step <= this.shown) return
    this.shown = step
    const percent = Math.round(step * PLAIN_STEP * 100)
    this.stream.write(`${this.label}: ${percent} % of ${formatBytes(total)}\n`)
  }
}
