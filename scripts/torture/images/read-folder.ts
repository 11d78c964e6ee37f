// Has a folder of hostile pictures read, and compares what became of each file with what its manifest says.

import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Reading } from './folder.js'
import { type Listed, readManifest } from './manifest.js'

/** Milliseconds for one file, and megabytes for all. */
const MOST_MS = 60_000
const MOST_MB = 4096

const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const program = fileURLToPath(new URL('folder.ts', import.meta.url))

interface Progress {
  readonly readings: Reading[]
  /** What became of the process, if it did not end by itself. */
  readonly death: string | undefined
  /** Megabytes that it has used at most. */
  readonly megabytes: number
}

/** Reads files in a process until it ends, dies, or does nothing for too long. */
async function readFrom(folder: string, first: number): Promise<Progress> {
  const args = [`--import=${tsx}`, program, folder, String(first)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const readings: Reading[] = []
  let megabytes = 0
  let timer: NodeJS.Timeout | undefined
  let late = false
  const wait = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      late = true
      child.kill('SIGKILL')
    }, MOST_MS)
  }
  const ended = new Promise<string | undefined>((resolve) => {
    child.on('close', (code, signal) =>
      resolve(code === 0 ? undefined : (signal ?? `exit ${code}`)),
    )
  })
  wait()
  for await (const line of createInterface(child.stdout)) {
    wait()
    const message = JSON.parse(line) as Reading | { maxRss: number }
    if ('maxRss' in message) megabytes = message.maxRss / 1024
    else readings.push(message)
  }
  clearTimeout(timer)
  const death = await ended
  return { readings, death: late ? `nothing for ${MOST_MS / 1000} s` : death, megabytes }
}

/** Said of files of formats that are not decoded. */
const OTHER_FORMAT = 'not a picture that can be decoded'

/** In what we differ from Pillow; undefined if in nothing. */
function difference(listed: Listed, reading: Reading): string | undefined {
  const decoded = reading.reason === undefined
  if (decoded && !listed.decodes) return `decoded; Pillow: ${listed.says}`
  if (!decoded && listed.decodes) return `refused (${reading.reason}); Pillow: ${listed.says}`
  if (reading.asListed === false) return `other pixels than Pillow's (${listed.says})`
  return undefined
}

/**
 * Reads all files that the manifest of a folder lists, and prints every difference to it.
 *
 * @returns the number of faults: deaths, hangs, too much memory, refusals without a reason, pixels that
 *   depend on the way, and ordinary files of known formats that are refused or have other pixels than listed
 */
export async function readFolder(folder: string): Promise<number> {
  const manifest = readManifest(folder)
  const readings: Reading[] = []
  let most = 0
  while (readings.length < manifest.length) {
    const { readings: more, death, megabytes } = await readFrom(folder, readings.length)
    readings.push(...more)
    most = Math.max(most, megabytes)
    const next = manifest[readings.length]
    if (next !== undefined)
      readings.push({ file: next.file, fault: `killed the process: ${death}` })
  }

  let faults = 0
  let [decoded, refused, exact, compared] = [0, 0, 0, 0]
  for (const [i, listed] of manifest.entries()) {
    const reading = readings[i] as Reading
    if (reading.reason === undefined) decoded++
    else refused++
    if (reading.asListed !== undefined) compared++
    if (reading.asListed === true) exact++
    const differs = difference(listed, reading)
    if (differs !== undefined) {
      console.log(
        `  ${listed.kind} ${listed.file}: ${differs}${listed.notes === '-' ? '' : ` [${listed.notes}]`}`,
      )
    }
    const unknown = reading.reason?.includes(OTHER_FORMAT) === true
    const fault = reading.fault ?? (listed.kind === 'ok' && !unknown ? differs : undefined)
    if (fault !== undefined) {
      console.log(`FAULT ${listed.file}: ${fault}`)
      faults++
    }
  }
  console.log(
    `${manifest.length} files: ${decoded} decoded, ${refused} refused; ${exact} of ${compared} have the ` +
      `pixels of the manifest; at most ${most.toFixed(0)} MB of memory`,
  )
  if (most > MOST_MB) {
    console.log(`FAULT more than ${MOST_MB} MB of memory`)
    faults++
  }
  return faults
}
