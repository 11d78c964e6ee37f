import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { InstallError } from '../report.mjs'

/** The version downloaded by default; the one node-libtorch is developed and tested with. */
export const DEFAULT_VERSION = '2.13.0'

/** The minor versions of libtorch 2 that the native code compiles with; CMakeLists.txt has the same range. */
export const SUPPORTED = { oldest: 11, newest: 14 }

/**
 * A libtorch on disk.
 * @typedef {object} Libtorch
 * @property {string} path the folder that holds `include` and `lib`, without symbolic links
 * @property {string} version such as `2.13.0`
 * @property {string} flavour `cpu`, `cu130`, `rocm7.0` …
 */

/** @param {string} version */
export function isSupported(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major === 2 && minor >= SUPPORTED.oldest && minor <= SUPPORTED.newest
}

/**
 * Reads what a folder holds: a libtorch, the `torch` folder of a wheel, or the folder around one of them.
 * @param {string} folder
 * @returns {Libtorch}
 * @throws {InstallError} when it is no complete libtorch, or one of an unsupported version
 */
export function inspect(folder) {
  const path = [folder, join(folder, 'torch'), join(folder, 'libtorch')].find((candidate) =>
    existsSync(join(candidate, 'include', 'ATen', 'ATen.h')),
  )
  if (path === undefined) {
    throw new InstallError(`${folder} holds no libtorch: include/ATen/ATen.h is missing.`)
  }
  const library = process.platform === 'darwin' ? 'libtorch_cpu.dylib' : 'libtorch_cpu.so'
  if (!existsSync(join(path, 'lib', library))) {
    throw new InstallError(`${path} is no complete libtorch: lib/${library} is missing.`)
  }
  const version = readVersion(path)
  if (!isSupported(version)) {
    const { oldest, newest } = SUPPORTED
    throw new InstallError(
      `${path} holds libtorch ${version}; node-libtorch supports 2.${oldest} to 2.${newest}.`,
    )
  }
  return { path: realpathSync(path), version, flavour: readFlavour(path) }
}

/** @param {string} path */
function readVersion(path) {
  // 2.11 and later keep the numbers in torch/headeronly; CMakeLists.txt reads the same file.
  const text =
    readIfThere(join(path, 'include', 'torch', 'headeronly', 'version.h')) ??
    readIfThere(join(path, 'include', 'torch', 'csrc', 'api', 'include', 'torch', 'version.h')) ??
    ''
  const numbers = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`^#define TORCH_VERSION_${part} +(\\d+)`, 'm').exec(text)?.[1],
  )
  if (numbers.includes(undefined)) {
    throw new InstallError(`${path} is no complete libtorch: its version.h names no version.`)
  }
  return numbers.join('.')
}

/** @param {string} path */
function readFlavour(path) {
  const wheel = readIfThere(join(path, 'version.py')) ?? ''
  const full =
    /^__version__ *= *['"]([^'"]+)/m.exec(wheel)?.[1] ??
    readIfThere(join(path, 'build-version'))?.trim() ??
    ''
  const local = full.split('+')[1]
  if (local && /^(cpu|cu\d+|rocm[\d.]+|xpu)/.test(local)) return local
  const [, major, minor] = /^cuda\b[^=\n]*= *['"](\d+)\.(\d+)/m.exec(wheel) ?? []
  if (major) return `cu${major}${minor}`
  return existsSync(join(path, 'lib', 'libtorch_cuda.so')) ? 'cuda' : 'cpu'
}

/** @param {string} file */
function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}
