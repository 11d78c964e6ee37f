// Python, which runs the samples first and reads our files last.

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const interpreter = process.env.PYTHON ?? 'python3'

/** Ends the program: what it was asked for is not there. */
export function stop(message: string): never {
  console.error(`parity: ${message}`)
  process.exit(2)
}

type Python = ChildProcessByStdio<Writable, Readable, null>

/** Starts a script of this folder; `ended` settles when it has succeeded. */
export function start(
  script: string,
  args: readonly string[],
): { child: Python; ended: Promise<void> } {
  const child = spawn(interpreter, [fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // The order of some samples is that of Python sets.
    env: { ...process.env, PYTHONHASHSEED: '0' },
  })
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => stop(`cannot run ${interpreter}: ${error.message}`))
    child.on('exit', (code) => {
      if (code === 0) resolve()
      else stop(`${script} failed (see above); it needs Python with torch and numpy, see PYTHON`)
    })
  })
  return { child, ended }
}

/** What Python computes for a section, as it computes it. */
async function* record(
  section: string,
  names: readonly string[],
  dtypes: readonly string[],
): AsyncGenerator<Buffer> {
  const { child, ended } = start('record.py', [
    section,
    ...names.flatMap((name) => ['--op', name]),
    ...dtypes.flatMap((dtype) => ['--dtype', dtype]),
  ])
  yield* child.stdout
  await ended
}

/** The recording of a section in `folder` if it is there; else Python's, which is kept there on the way. */
export async function* recording(
  section: string,
  names: readonly string[],
  dtypes: readonly string[],
  folder: string | undefined,
): AsyncGenerator<Buffer> {
  if (folder === undefined) {
    yield* record(section, names, dtypes)
    return
  }
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `${section}.bin`)
  if (existsSync(file)) {
    yield* createReadStream(file, { highWaterMark: 1 << 20 })
    return
  }
  const copy = createWriteStream(`${file}.part`)
  for await (const part of record(section, names, dtypes)) {
    copy.write(part)
    yield part
  }
  await new Promise<void>((resolve) => copy.end(resolve))
  renameSync(`${file}.part`, file)
}
