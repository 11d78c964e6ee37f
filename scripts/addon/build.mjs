import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { InstallError } from '../report.mjs'
import { RELEASE, ROOT } from './paths.mjs'
import { hashInputs, writeRecord } from './record.mjs'
import { jobs, requireToolchain } from './toolchain.mjs'

/**
 * How to build.
 * @typedef {object} BuildOptions
 * @property {'Release' | 'RelWithDebInfo' | 'Debug'} [buildType] default Release
 * @property {boolean} [sanitize] with AddressSanitizer and UBSan
 * @property {boolean} [warningsAreErrors] default true
 * @property {boolean} [shareHeaders] parse libtorch's headers once for many files, default true
 * @property {boolean} [clean] from nothing
 * @property {string} [out] CMake's folder, default `build`
 * @property {string} [libraryDir] where the modules go, default `build/Release`
 */

/**
 * Compiles the native modules with CMake and leaves the record of what they were built from.
 * @param {import('../libtorch/find.mjs').Found} libtorch
 * @param {BuildOptions} [options]
 */
export function build(libtorch, options = {}) {
  requireToolchain()
  const { buildType = 'Release', sanitize = false } = options
  const out = resolve(ROOT, options.out ?? 'build')
  const libraryDir = resolve(ROOT, options.libraryDir ?? RELEASE)
  const variables = {
    LIBTORCH: libtorch.path,
    CMAKE_LIBRARY_OUTPUT_DIRECTORY: libraryDir,
    NODE_LIBTORCH_SANITIZE: onOff(sanitize),
    NODE_LIBTORCH_WERROR: onOff(options.warningsAreErrors ?? true),
    NODE_LIBTORCH_SHARE_HEADERS: onOff(options.shareHeaders ?? true),
  }
  if (options.clean || isForeign(out)) rmSync(out, { recursive: true, force: true })
  mkdirSync(libraryDir, { recursive: true })
  // Hashed before: what is edited during the build counts as not built.
  const inputs = hashInputs()

  const common = ['--out', out, '--config', buildType, '--log-level', 'warn']
  const defines = Object.entries(variables).map(([name, value]) => `--CD${name}=${value}`)
  // cmake-js itself configures only once and would ignore later changes of these variables.
  if (!isConfigured(out, { ...variables, CMAKE_BUILD_TYPE: buildType })) {
    cmakeJs(['configure', ...common, ...defines])
  }
  cmakeJs(['build', ...common, ...defines, '--parallel', String(jobs())])
  writeRecord(libraryDir, { ...libtorch, buildType, sanitize, inputs })
}

/** @param {boolean} value */
const onOff = (value) => (value ? 'ON' : 'OFF')

/** Whether CMake's folder was made for another source folder, as after a move or copy. @param {string} out */
function isForeign(out) {
  const cache = readCache(out)
  return cache !== undefined && cache.get('CMAKE_HOME_DIRECTORY') !== ROOT
}

/** @param {string} out @param {Record<string, string>} wanted */
function isConfigured(out, wanted) {
  const cache = readCache(out)
  return (
    cache !== undefined &&
    Object.entries(wanted).every(([name, value]) => cache.get(name) === value)
  )
}

/** @param {string} out @returns {Map<string, string> | undefined} */
function readCache(out) {
  const file = join(out, 'CMakeCache.txt')
  if (!existsSync(file)) return undefined
  const entries = readFileSync(file, 'utf8').matchAll(/^([^#/\s:]+):[A-Z]+=(.*)$/gm)
  return new Map([...entries].map(([, name = '', value = '']) => [name, value]))
}

/** @param {string[]} args */
function cmakeJs(args) {
  // Resolved, since npm hoists cmake-js out of our folder when this package is a dependency.
  const tool = createRequire(import.meta.url).resolve('cmake-js/bin/cmake-js')
  const { status, error } = spawnSync(process.execPath, [tool, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  if (status !== 0) {
    throw new InstallError(
      `Building the native addon failed${error ? `: ${error.message}` : '; the reason is above'}.`,
      ['if the compiler was killed, memory ran out: close other programs and try again'],
    )
  }
}

/** Deletes what only a later incremental build could use; the precompiled header alone takes half a gigabyte. */
export function removeIntermediates() {
  for (const name of readdirSync(join(ROOT, 'build'))) {
    if (name !== basename(RELEASE)) rmSync(join(ROOT, 'build', name), { recursive: true })
  }
}
