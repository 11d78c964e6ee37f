// Compiles the native image code and its harness with sanitizers, and runs it.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { chooseLibtorch } from '../../addon/ensure.mjs'

const NATIVE = fileURLToPath(new URL('../../../native', import.meta.url))
const HARNESS = fileURLToPath(new URL('harness', import.meta.url))

const FLAGS = [
  '-std=c++20 -O1 -g -fno-omit-frame-pointer -ffp-contract=off',
  '-fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all',
  '-D_GLIBCXX_ASSERTIONS -DNODE_LIBTORCH_JPEG',
].flatMap((line) => line.split(' '))

/** Headers that need Node or libtorch's library, as the name begins. */
const FOREIGN = /^(ATen|torch|napi)/

/** The headers of ours that a file includes, directly or not; undefined if it needs more than they do. */
function headersOf(file: string, seen = new Set<string>()): Set<string> | undefined {
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/#include [<"]([^>"]+)/g)) {
    if (FOREIGN.test(name)) return undefined
    const header = path.join(NATIVE, name)
    if (seen.has(header) || !existsSync(header)) continue
    seen.add(header)
    if (headersOf(header, seen) === undefined) return undefined
  }
  return seen
}

/** The native image code that can do without Node and libtorch, and what it needs. */
function sources(): string[] {
  const found = new Set<string>()
  for (const name of readdirSync(path.join(NATIVE, 'image'))) {
    const file = path.join(NATIVE, 'image', name)
    const headers = name.endsWith('.cc') ? headersOf(file) : undefined
    if (headers === undefined) continue
    found.add(file)
    for (const header of headers) {
      const source = header.replace(/\.h$/, '.cc')
      if (existsSync(source) && headersOf(source) !== undefined) found.add(source)
    }
  }
  const harness = readdirSync(HARNESS).filter((name) => name.endsWith('.cc'))
  return [...found, ...harness.map((name) => path.join(HARNESS, name))]
}

function run(command: string, args: readonly string[]): boolean {
  const { status, signal, error } = spawnSync(command, args, { stdio: 'inherit' })
  if (error !== undefined) throw error
  if (signal !== null) console.log(`FAULT ${path.basename(command)}: ${signal}`)
  return status === 0
}

/** Feeds `count` damaged files to the code; 1 if a sanitizer or the harness reports something, else 0. */
export async function runHarness(count: number, seed: number): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-images-'))
  try {
    const compiler = process.env.CXX ?? 'c++'
    const { LIBJPEG } = process.env
    const [include, libraries] =
      LIBJPEG === undefined
        ? [[], ['-ljpeg']]
        : [[`-I${LIBJPEG}/include`], [`${LIBJPEG}/lib/libjpeg.a`]]
    const { path: libtorch } = await chooseLibtorch()
    const includes = [`-I${NATIVE}`, ...include, '-isystem', path.join(libtorch, 'include')]
    const objects: string[] = []
    for (const [i, source] of sources().entries()) {
      const object = path.join(folder, `${i}.o`)
      if (!run(compiler, [...FLAGS, ...includes, '-c', source, '-o', object])) return 1
      objects.push(object)
    }
    const harness = path.join(folder, 'harness')
    if (!run(compiler, [...FLAGS, ...objects, ...libraries, '-o', harness])) return 1
    return run(harness, [String(count), String(seed), folder]) ? 0 : 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}
