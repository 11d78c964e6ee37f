import { existsSync, realpathSync } from 'node:fs'
import { join, sep } from 'node:path'
import { findLibtorch, VARIABLES } from '../libtorch/find.mjs'
import { inspect } from '../libtorch/version.mjs'
import { describe, log } from '../report.mjs'
import { build, removeIntermediates } from './build.mjs'
import { RELEASE, ROOT } from './paths.mjs'
import { hashInputs, readRecord } from './record.mjs'

/**
 * The libtorch to build with: that of the last build while it is there and no variable asks for another, else a search.
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function chooseLibtorch(env = process.env) {
  const last = VARIABLES.some((name) => env[name]) ? undefined : readRecord(join(ROOT, RELEASE))
  return (last && stillThere(last)) ?? (await findLibtorch(env))
}

/**
 * Builds the addon unless it is up to date.
 * @param {import('../libtorch/find.mjs').Found} libtorch
 * @param {{ clean?: boolean }} [options] `clean`: build from nothing in any case
 */
export function ensureAddon(libtorch, { clean = false } = {}) {
  const last = readRecord(join(ROOT, RELEASE))
  const where = `libtorch ${libtorch.version} ${libtorch.flavour} in ${libtorch.path}`
  const current =
    last?.path === libtorch.path &&
    last.version === libtorch.version &&
    last.inputs === hashInputs()
  if (current && !clean) {
    log(`up to date with ${where}`)
    return
  }
  log(`building with ${where} (from ${libtorch.origin})`)
  const inClone = existsSync(join(ROOT, '.git'))
  build(libtorch, { clean, warningsAreErrors: inClone })
  if (!inClone) removeIntermediates()
  log('done')
}

/** @param {import('./record.mjs').BuildRecord} record */
function stillThere(record) {
  try {
    return { ...inspect(record.path), origin: record.origin }
  } catch (error) {
    log(`the libtorch of the last build is gone: ${describe(error)}`)
    return undefined
  }
}

/**
 * Whether npm installs this package for another project rather than in its own checkout.
 * @param {NodeJS.ProcessEnv} [env] npm's environment
 * @param {string} [root]
 */
export function isDependency(env = process.env, root = ROOT) {
  if (root.split(sep).includes('node_modules') || env.npm_config_global === 'true') return true
  const project = env.npm_config_local_prefix
  return (
    project !== undefined && existsSync(project) && realpathSync(project) !== realpathSync(root)
  )
}
