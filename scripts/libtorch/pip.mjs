import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { InstallError, log } from '../report.mjs'
import { readZipText, unzip } from './unzip.mjs'

/** @typedef {import('./python.mjs').Python} Python */

// The Python versions that wheels of libtorch 2.11 to 2.14 exist for. Only the C++ part of a wheel is used, so for any
// other Python the wheel of a middle version serves.
const WHEEL_PYTHONS = ['3.10', '3.11', '3.12', '3.13', '3.14']
const FALLBACK_PYTHON = '3.12'

// Parts of lib/ that only Python needs.
const PYTHON_ONLY =
  /^torch\/lib\/(libtorch_python|libshm|libjitbackend_test|libtorchbind_test|libbackend_with_compiler|libaoti_custom_ops)/

/**
 * Gets libtorch from the `torch` wheel by pip, with the user's own pip settings (index, find-links, proxy, certificates),
 * and unpacks what is needed to build and run.
 * @param {Python} python
 * @param {string} version
 * @param {string} flavour
 * @param {string} folder an existing empty folder; receives `torch/`, and `nvidia/` for CUDA
 * @param {NodeJS.ProcessEnv} env
 */
export async function installWheel(python, version, flavour, folder, env) {
  const downloads = join(folder, 'wheel')
  mkdirSync(downloads)
  const extra = downloadWheel(python, version, flavour, downloads, env)
  const wheel = join(downloads, readdirSync(downloads)[0] ?? '')
  log('unpacking')
  await unzip(wheel, folder, isNeeded)
  // A CUDA build needs them even to start on a computer without a GPU.
  const metadata = (await readZipText(wheel, /^[^/]+\.dist-info\/METADATA$/)) ?? ''
  installNvidia(python, nvidiaRequirements(metadata), extra, folder, env)
  rmSync(downloads, { recursive: true })
}

/**
 * What to unpack of a wheel: headers, libraries, the version and the licences.
 * @param {string} name
 */
export function isNeeded(name) {
  if (name.startsWith('torch/lib/')) return !PYTHON_ONLY.test(name)
  return (
    name === 'torch/version.py' ||
    /^torch\/(include|\.dylibs)\//.test(name) ||
    name.startsWith('torch.libs/') || // libraries that a repaired wheel bundles
    /^[^/]+\.dist-info\/(licenses\/|LICENSE|NOTICE)/.test(name)
  )
}

/**
 * The NVIDIA packages among a wheel's requirements. The others serve Python only.
 * @param {string} metadata the wheel's METADATA
 */
export function nvidiaRequirements(metadata) {
  return [...metadata.matchAll(/^Requires-Dist: *((?:nvidia-|cuda-toolkit)[^\r\n]*)/gm)]
    .map(([, requirement = '']) => requirement.trim())
    .filter((requirement) => !/\bextra *==/.test(requirement))
}

/**
 * The ways to ask pip for a build, tried in this order until one finds a wheel.
 * @param {string} version
 * @param {string} flavour
 */
export function requests(version, flavour) {
  const index = `https://download.pytorch.org/whl/${flavour}`
  const exact = `torch==${version}+${flavour}`
  // The unlabelled wheel is the CPU build on macOS and a CUDA build on Linux.
  const plain = flavour === 'cpu' ? `torch==${version}` : `torch==${version},!=${version}+cpu`
  if (process.platform === 'darwin') return [{ spec: plain, options: [] }]
  return [
    { spec: exact, options: [] },
    // Few retries: where only a mirror is reachable, this index must cost seconds, not minutes.
    { spec: exact, options: ['--extra-index-url', index, '--retries', '1', '--timeout', '10'] },
    { spec: plain, options: [] },
  ]
}

/**
 * @param {Python} python @param {string} version @param {string} flavour @param {string} target @param {NodeJS.ProcessEnv} env
 * @returns {string[]} the pip options that found the wheel
 */
function downloadWheel(python, version, flavour, target, env) {
  const failures = []
  for (const { spec, options } of requests(version, flavour)) {
    const where = options.length ? ` with ${options[1]}` : ''
    log(`pip download ${spec}${where}`)
    const { status, errors } = pip(
      python,
      ['download', '--no-deps', '--dest', target, ...forPython(python), ...options, spec],
      env,
    )
    if (status === 0) return options
    failures.push(`${spec}${where}: ${lastLine(errors)}`)
    if (!/No matching distribution found/.test(errors)) break
  }
  throw new InstallError(`pip found no libtorch ${version} ${flavour}:\n  ${failures.join('\n  ')}`)
}

/**
 * @param {Python} python @param {string[]} requirements @param {string[]} options @param {string} folder @param {NodeJS.ProcessEnv} env
 */
function installNvidia(python, requirements, options, folder, env) {
  if (requirements.length === 0) return
  log('pip install of the NVIDIA libraries (about 2 GB)')
  const { status, errors } = pip(
    python,
    [
      'install',
      '--target',
      folder,
      '--no-compile',
      ...forPython(python),
      ...options,
      ...requirements,
    ],
    env,
  )
  if (status !== 0) {
    throw new InstallError(`pip could not install the NVIDIA libraries: ${lastLine(errors)}`)
  }
}

/** @param {Python} python */
function forPython({ version }) {
  const other = WHEEL_PYTHONS.includes(version) ? [] : ['--python-version', FALLBACK_PYTHON]
  return ['--only-binary=:all:', ...other]
}

/** @param {Python} python @param {string[]} args @param {NodeJS.ProcessEnv} env */
function pip({ command }, args, env) {
  const terminal = process.stdout.isTTY
  const { status, stderr, error } = spawnSync(
    command,
    ['-m', 'pip', '--no-input', '--disable-pip-version-check', ...args],
    {
      env,
      encoding: 'utf8',
      stdio: ['ignore', terminal ? 'inherit' : 'ignore', 'pipe'],
      maxBuffer: 1 << 26,
    },
  )
  return { status, errors: stderr || String(error ?? '') }
}

/** @param {string} text */
function lastLine(text) {
  return (
    text
      .trim()
      .split('\n')
      .at(-1)
      ?.replace(/^ERROR: /, '') || 'no message'
  )
}
