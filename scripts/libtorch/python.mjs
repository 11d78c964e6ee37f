import { spawnSync } from 'node:child_process'

/**
 * A Python interpreter.
 * @typedef {object} Python
 * @property {string} command
 * @property {string} version such as `3.11`
 * @property {string | undefined} pip version of its pip, `undefined` without one
 */

const PROBE = `
import platform
try:
    import pip
    version = pip.__version__
except ImportError:
    version = ''
print(platform.python_implementation(), '.'.join(platform.python_version_tuple()[:2]), version)
`

/**
 * The active Python: `PYTHON`, else `python3`, else `python` of PATH.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Python | undefined}
 */
export function findPython(env) {
  for (const command of [env.PYTHON, 'python3', 'python']) {
    if (!command) continue
    const answer = run(command, ['-c', PROBE], env)
    const [, version, pip] = /^CPython (3\.\d+) ?(\S*)/.exec(answer ?? '') ?? []
    if (version) return { command, version, pip: pip || undefined }
  }
  return undefined
}

/**
 * The folder of the `torch` package that a Python would import; it is not imported.
 * @param {Python} python
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function torchFolder(python, env) {
  const code = `
import importlib.util
spec = importlib.util.find_spec('torch')
print(spec.submodule_search_locations[0] if spec else '')`
  return run(python.command, ['-c', code], env)?.trim() || undefined
}

/** @param {string} command @param {string[]} args @param {NodeJS.ProcessEnv} env */
function run(command, args, env) {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', env })
  return status === 0 ? stdout : undefined
}
