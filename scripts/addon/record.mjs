import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { MODULES, RECORD, ROOT } from './paths.mjs'

/** @typedef {import('../libtorch/find.mjs').Found} Found */

/**
 * What the addon was built from.
 * @typedef {Found & { buildType: string, sanitize: boolean, inputs: string }} BuildRecord
 */

/**
 * A hash over everything that a build depends on besides libtorch: sources, build files, header packages.
 * @param {string} [root]
 */
export function hashInputs(root = ROOT) {
  const sum = createHash('sha256')
  for (const file of ['CMakeLists.txt', ...nativeFiles(root)]) {
    sum
      .update(`${file}\0`)
      .update(readFileSync(join(root, file)))
      .update('\0')
  }
  const require = createRequire(join(root, 'package.json'))
  for (const name of ['node-addon-api', 'node-api-headers']) {
    sum.update(`${name}@${require(`${name}/package.json`).version}\0`)
  }
  return sum.update(`${process.platform} ${process.arch}`).digest('hex')
}

/** @param {string} root */
function nativeFiles(root) {
  return readdirSync(join(root, 'native'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(cc|h)$/.test(name))
    .sort()
    .map((name) => join('native', name))
}

/**
 * The record of the build in a folder; `undefined` when a part of it is missing.
 * @param {string} folder
 * @returns {BuildRecord | undefined}
 */
export function readRecord(folder) {
  if (![...MODULES, RECORD].every((name) => existsSync(join(folder, name)))) return undefined
  try {
    return JSON.parse(readFileSync(join(folder, RECORD), 'utf8'))
  } catch {
    return undefined
  }
}

/**
 * @param {string} folder
 * @param {BuildRecord} record
 */
export function writeRecord(folder, record) {
  writeFileSync(join(folder, RECORD), `${JSON.stringify(record, null, 2)}\n`)
}
