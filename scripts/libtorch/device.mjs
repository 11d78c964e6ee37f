import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { InstallError } from '../report.mjs'

/**
 * The kind of libtorch to get, and the reason in words.
 * @typedef {object} Choice
 * @property {string} flavour `cpu` or `cu130`-like
 * @property {string} why
 * @property {boolean} forced whether the user asked for this kind
 */

// Oldest driver of each CUDA major version, and the libtorch build made with it.
// Source: NVIDIA, "CUDA Compatibility", minor version compatibility.
const NEWEST_CUDA = 'cu130'
const CUDA_BUILDS = [
  { driver: 580, flavour: NEWEST_CUDA },
  { driver: 525, flavour: 'cu126' },
]

const DRIVER_LIBRARIES = [
  '/usr/lib/x86_64-linux-gnu/libcuda.so.1',
  '/usr/lib/aarch64-linux-gnu/libcuda.so.1',
  '/usr/lib64/libcuda.so.1',
  '/usr/lib/libcuda.so.1',
  '/usr/lib/wsl/lib/libcuda.so.1',
]

/**
 * The version of the NVIDIA driver: `580.65.06`, `unknown` where it is there but tells nothing, `undefined` without one.
 * The driver is asked, never the CUDA toolkit: libtorch brings its own.
 * @returns {string | undefined}
 */
export function nvidiaDriver() {
  if (process.platform !== 'linux') return undefined
  const proc = '/proc/driver/nvidia/version'
  const found =
    existsSync(proc) && /Kernel Module.*?\s(\d+\.\d+(\.\d+)?)\s/.exec(readFileSync(proc, 'utf8'))
  if (found) return found[1]
  if (!DRIVER_LIBRARIES.some((file) => existsSync(file))) return undefined
  const smi = spawnSync('nvidia-smi', ['--query-gpu=driver_version', '--format=csv,noheader'], {
    encoding: 'utf8',
    timeout: 20_000,
  })
  return /^\d+\.[\d.]+/.exec(smi.stdout ?? '')?.[0] ?? 'unknown'
}

/**
 * Decides between the CPU and the CUDA builds of libtorch.
 * @param {NodeJS.ProcessEnv} env `NODE_LIBTORCH_DEVICE` (`cpu`, `cuda` or a build such as `cu126`) decides if set
 * @param {string | undefined} driver what `nvidiaDriver()` found
 * @returns {Choice}
 */
export function chooseFlavour(env, driver) {
  const wanted = env.NODE_LIBTORCH_DEVICE
  if (wanted === 'cpu') return { flavour: 'cpu', why: 'NODE_LIBTORCH_DEVICE=cpu', forced: true }
  if (wanted !== undefined && /^cu\d{3}$/.test(wanted)) {
    return { flavour: wanted, why: `NODE_LIBTORCH_DEVICE=${wanted}`, forced: true }
  }
  if (wanted === 'cuda') {
    const flavour = cudaBuild(driver ?? 'unknown') ?? NEWEST_CUDA
    return { flavour, why: 'NODE_LIBTORCH_DEVICE=cuda', forced: true }
  }
  if (wanted) {
    throw new InstallError(
      `NODE_LIBTORCH_DEVICE must be cpu, cuda or a CUDA build such as cu126, got '${wanted}'.`,
    )
  }
  if (driver === undefined) {
    const why =
      process.platform === 'linux' ? 'no NVIDIA driver found' : `no CUDA on ${process.platform}`
    return { flavour: 'cpu', why, forced: false }
  }
  const flavour = cudaBuild(driver)
  if (flavour === undefined) {
    return { flavour: 'cpu', why: `NVIDIA driver ${driver} is too old`, forced: false }
  }
  return { flavour, why: `NVIDIA driver ${driver}`, forced: false }
}

/** @param {string} driver */
function cudaBuild(driver) {
  if (driver === 'unknown') return NEWEST_CUDA
  return CUDA_BUILDS.find((build) => Number.parseInt(driver, 10) >= build.driver)?.flavour
}
