import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { availableParallelism, totalmem } from 'node:os'
import { InstallError } from '../report.mjs'

const BYTES_PER_JOB = 2e9 // a source file with libtorch's headers takes 1 to 2 GB to compile

/**
 * How many compilers to run at once: one per core, as far as memory goes.
 * @param {number} [cores]
 * @param {number} [memory] bytes
 */
export function jobs(cores = availableParallelism(), memory = usableMemory()) {
  return Math.max(1, Math.min(cores, Math.floor(memory / BYTES_PER_JOB)))
}

function usableMemory() {
  // A container's limit; without one a huge number, or 0 where Node cannot tell.
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/**
 * Checks that CMake, a C++ compiler and a build tool are there.
 * @param {NodeJS.ProcessEnv} [env]
 * @throws {InstallError} that names the packages to install
 */
export function requireToolchain(env = process.env) {
  const missing = []
  if (!runs('cmake', env)) missing.push('cmake')
  if (![env.CXX, 'c++', 'g++', 'clang++'].some((name) => name && runs(name, env))) {
    missing.push('a C++ compiler')
  }
  if (!runs('ninja', env) && !runs('make', env)) missing.push('ninja or make')
  if (missing.length > 0) {
    throw new InstallError(
      `Building the native addon needs ${missing.join(' and ')}, which this computer lacks.`,
      [packagesToInstall(), 'then run `npx node-libtorch install`'],
    )
  }
}

/** @param {string} command perhaps with arguments, as CXX may be @param {NodeJS.ProcessEnv} env */
function runs(command, env) {
  const [program = '', ...args] = command.split(' ')
  return spawnSync(program, [...args, '--version'], { env, stdio: 'ignore' }).status === 0
}

function packagesToInstall() {
  if (process.platform === 'darwin') return 'xcode-select --install; brew install cmake ninja'
  const system = readSystem()
  if (/debian|ubuntu/.test(system)) return 'sudo apt-get install cmake g++ ninja-build'
  if (/fedora|rhel|centos/.test(system)) return 'sudo dnf install cmake gcc-c++ ninja-build'
  if (/suse/.test(system)) return 'sudo zypper install cmake gcc-c++ ninja'
  if (/arch/.test(system)) return 'sudo pacman -S cmake gcc ninja'
  return 'install cmake, g++ (12 or later) and ninja with the package manager of your system'
}

/** The `ID` lines of os-release, in lower case. */
function readSystem() {
  try {
    const text = readFileSync('/etc/os-release', 'utf8')
    return [...text.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)]
      .map((match) => match[1])
      .join(' ')
      .toLowerCase()
  } catch {
    return ''
  }
}
