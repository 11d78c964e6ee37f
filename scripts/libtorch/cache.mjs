import { randomBytes } from 'node:crypto'
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir, hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../report.mjs'

/**
 * The folder for downloaded libtorch builds, shared by all checkouts and projects of the user.
 * @param {NodeJS.ProcessEnv} env
 */
export function cacheRoot(env) {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'node-libtorch')
}

/**
 * The cached builds of one version, as `{ flavour, folder }`.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} version
 */
export function cachedBuilds(env, version) {
  const root = cacheRoot(env)
  if (!existsSync(root)) return []
  return readdirSync(root)
    .map((name) => ({ name, match: /^([\d.]+)-([a-z]+[\d.]*)$/.exec(name) }))
    .filter(({ match }) => match?.[1] === version)
    .map(({ name, match }) => ({
      flavour: /** @type {string} */ (match?.[2]),
      folder: join(root, name),
    }))
}

/**
 * Makes a folder that is either absent or complete: `fill` writes into a temporary sibling that is then renamed. One
 * process works on a folder at a time; the others wait for it and use its result.
 * @param {string} folder
 * @param {(temporary: string) => Promise<void>} fill
 */
export async function publish(folder, fill) {
  mkdirSync(dirname(folder), { recursive: true })
  const unlock = await lock(`${folder}.lock`)
  try {
    if (existsSync(folder)) return
    removeStale(folder)
    const temporary = `${folder}.tmp-${randomBytes(6).toString('hex')}`
    mkdirSync(temporary)
    try {
      await fill(temporary)
      rename(temporary, folder)
    } finally {
      rmSync(temporary, { recursive: true, force: true })
    }
  } finally {
    unlock()
  }
}

/** @param {string} from @param {string} to */
function rename(from, to) {
  try {
    renameSync(from, to)
  } catch (error) {
    // Another process, on another computer perhaps, was faster: its folder is as good.
    if (!existsSync(to)) throw error
  }
}

/** Under the lock, every temporary sibling is the leftover of a killed process. @param {string} folder */
function removeStale(folder) {
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(`${basename(folder)}.tmp-`)) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true })
    }
  }
}

/**
 * Takes a lock file, waiting for as long as its owner lives. Returns the function that gives it back.
 * @param {string} file
 * @returns {Promise<() => void>}
 */
export async function lock(file) {
  const mine = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(mine, `${process.pid} ${hostname()}`)
  try {
    for (let told = false; ; told = true) {
      try {
        linkSync(mine, file) // unlike an exclusive create, it never shows an empty file
        return () => rmSync(file, { force: true })
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error
      }
      const owner = readOwner(file)
      if (owner !== undefined && !isAlive(owner)) {
        rmSync(file, { force: true })
        continue
      }
      if (!told) log(`waiting for another installation (delete ${file} if there is none)`)
      await sleep(500)
    }
  } finally {
    rmSync(mine, { force: true })
  }
}

/** @param {string} file */
function readOwner(file) {
  try {
    const [pid, host = ''] = readFileSync(file, 'utf8').split(' ')
    return { pid: Number(pid), host }
  } catch {
    return undefined // given back in between
  }
}

/** @param {{ pid: number, host: string }} owner */
function isAlive({ pid, host }) {
  if (host !== hostname()) return true // a shared home folder: only its own computer can tell
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM'
  }
}
