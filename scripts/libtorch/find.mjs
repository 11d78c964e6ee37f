import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, InstallError, log } from '../report.mjs'
import { cachedBuilds, cacheRoot, publish } from './cache.mjs'
import { chooseFlavour, nvidiaDriver } from './device.mjs'
import { installArchive } from './official.mjs'
import { installWheel } from './pip.mjs'
import { findPython, torchFolder } from './python.mjs'
import { DEFAULT_VERSION, inspect, isSupported, SUPPORTED } from './version.mjs'

/** @typedef {import('./version.mjs').Libtorch} Libtorch */
/** @typedef {import('./device.mjs').Choice} Choice */

/**
 * A libtorch and how it was found.
 * @typedef {Libtorch & { origin: string }} Found
 */

/** The variables that choose a libtorch. */
export const VARIABLES = [
  'LIBTORCH',
  'LIBTORCH_USE_PYTORCH',
  'NODE_LIBTORCH_DEVICE',
  'NODE_LIBTORCH_VERSION',
]

/**
 * Finds libtorch, or downloads it: `LIBTORCH`, the active Python's torch, the cache, a wheel by pip, PyTorch's archive.
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<Found>}
 * @throws {InstallError}
 */
export async function findLibtorch(env = process.env) {
  if (env.LIBTORCH) return fromVariable(env.LIBTORCH)
  if (env.LIBTORCH_USE_PYTORCH === '1') return fromPython(env)

  const version = env.NODE_LIBTORCH_VERSION || DEFAULT_VERSION
  if (!/^\d+\.\d+\.\d+$/.test(version) || !isSupported(version)) {
    const { oldest, newest } = SUPPORTED
    throw new InstallError(
      `NODE_LIBTORCH_VERSION must be a version such as ${DEFAULT_VERSION}, from 2.${oldest} to 2.${newest}, got '${version}'.`,
    )
  }
  const choice = chooseFlavour(env, nvidiaDriver())
  const cached = fromCache(env, version, choice)
  if (cached) return cached
  log(`libtorch ${version} for ${choice.flavour} (${choice.why}) is not in ${cacheRoot(env)}`)
  return fetchLibtorch(env, version, choice)
}

/** @param {string} folder @returns {Found} */
function fromVariable(folder) {
  try {
    return { ...inspect(folder), origin: 'the variable LIBTORCH' }
  } catch (error) {
    throw new InstallError(`LIBTORCH: ${describe(error)}`, [
      'set LIBTORCH to the folder of an unpacked libtorch, or to site-packages/torch of a Python environment',
      'unset LIBTORCH to have libtorch downloaded',
    ])
  }
}

/** @param {NodeJS.ProcessEnv} env @returns {Found} */
function fromPython(env) {
  const python = findPython(env)
  const folder = python && torchFolder(python, env)
  if (folder === undefined) {
    throw new InstallError(
      python
        ? `LIBTORCH_USE_PYTORCH=1, but ${python.command} (${python.version}) has no torch package.`
        : 'LIBTORCH_USE_PYTORCH=1, but there is no Python.',
      ['activate the Python environment that holds torch, or unset LIBTORCH_USE_PYTORCH'],
    )
  }
  return { ...inspect(folder), origin: `the torch package of ${python?.command}` }
}

/**
 * @param {NodeJS.ProcessEnv} env @param {string} version @param {Choice} choice
 * @returns {Found | undefined}
 */
function fromCache(env, version, choice) {
  const builds = cachedBuilds(env, version)
  const exact = builds.find(({ flavour }) => flavour === choice.flavour)
  // A CUDA build serves a computer without a GPU as well, unless the CPU build was asked for by name.
  const other = choice.flavour === 'cpu' && !choice.forced ? builds[0] : undefined
  const build = exact ?? other
  if (build === undefined) return undefined
  try {
    return { ...inspect(build.folder), origin: 'the cache' }
  } catch (error) {
    throw new InstallError(`The cached libtorch is incomplete: ${describe(error)}`, [
      `delete ${build.folder} and install again`,
    ])
  }
}

/**
 * @param {NodeJS.ProcessEnv} env @param {string} version @param {Choice} choice
 * @returns {Promise<Found>}
 */
async function fetchLibtorch(env, version, { flavour }) {
  refuseUnsupportedComputer()
  const folder = join(cacheRoot(env), `${version}-${flavour}`)
  /** @type {string[]} */
  const failures = []
  try {
    await publish(folder, async (temporary) => {
      const python = findPython(env)
      if (python?.pip) {
        try {
          await installWheel(python, version, flavour, temporary, env)
          return
        } catch (error) {
          if (!(error instanceof InstallError)) throw error
          failures.push(error.message)
          log(`${error.message}\n  trying PyTorch's own archive`)
        }
      } else {
        log(`no ${python ? 'pip' : 'Python'} found, taking PyTorch's own archive`)
      }
      await installArchive(version, flavour, temporary, env)
    })
  } catch (error) {
    throw cannotGet(error, failures, folder)
  }
  return {
    ...inspect(folder),
    origin: existsSync(join(folder, 'torch')) ? 'a wheel' : 'an archive',
  }
}

/** @param {unknown} error @param {string[]} failures @param {string} folder */
function cannotGet(error, failures, folder) {
  const code = /** @type {NodeJS.ErrnoException} */ (error)?.code
  if (code === 'ENOSPC' || code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new InstallError(`libtorch cannot be written to ${folder}: ${describe(error)}`, [
      'free space (0.6 GB for CPU, 6 GB for CUDA) or set XDG_CACHE_HOME to a writable folder',
    ])
  }
  if (!(error instanceof InstallError)) return error
  return new InstallError([...failures, error.message].join('\n'), [
    ...error.solutions,
    'set LIBTORCH to the folder of an unpacked libtorch, or to site-packages/torch of a Python environment',
    'set LIBTORCH_USE_PYTORCH=1 to use the torch package of the active python3',
    'install Python 3.10 or later with pip, whose index settings may name a mirror or a folder of wheels',
  ])
}

/** PyTorch's Linux libraries need glibc; there is no build for Intel Macs since 2.3. */
function refuseUnsupportedComputer() {
  const { platform, arch } = process
  const glibc = /** @type {any} */ (process.report?.getReport())?.header?.glibcVersionRuntime
  if (platform === 'linux' && glibc === undefined) {
    throw new InstallError('PyTorch offers no libtorch for musl (Alpine Linux); it needs glibc.', [
      'use an image based on Debian, Ubuntu or Fedora',
      'build PyTorch from source and set LIBTORCH to its folder',
    ])
  }
  if (platform === 'darwin' && arch === 'x64') {
    throw new InstallError('PyTorch offers no libtorch for Intel Macs since version 2.3.', [
      'build PyTorch from source and set LIBTORCH to its folder',
    ])
  }
}
