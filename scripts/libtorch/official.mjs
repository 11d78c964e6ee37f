import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { InstallError, log } from '../report.mjs'
import { cacheRoot } from './cache.mjs'
import { download } from './download.mjs'
import { unzip } from './unzip.mjs'

/**
 * The address of PyTorch's libtorch archive; `undefined` for a computer that PyTorch offers none for.
 * @param {string} version
 * @param {string} flavour
 * @param {string} [platform]
 * @param {string} [arch]
 */
export function archiveUrl(version, flavour, platform = process.platform, arch = process.arch) {
  const base = `https://download.pytorch.org/libtorch/${flavour}`
  if (platform === 'linux' && arch === 'x64') {
    return `${base}/libtorch-shared-with-deps-${version}%2B${flavour}.zip`
  }
  if (platform === 'darwin' && arch === 'arm64' && flavour === 'cpu') {
    return `${base}/libtorch-macos-arm64-${version}.zip`
  }
  return undefined
}

/**
 * Gets PyTorch's libtorch archive and unpacks what is needed to build and run.
 * @param {string} version
 * @param {string} flavour
 * @param {string} folder an existing empty folder; receives `libtorch/`
 * @param {NodeJS.ProcessEnv} env `NODE_LIBTORCH_SHA256` pins the archive
 */
export async function installArchive(version, flavour, folder, env) {
  const url = archiveUrl(version, flavour)
  if (url === undefined) {
    throw new InstallError(
      `PyTorch offers no libtorch archive for ${process.platform} ${process.arch} (${flavour}).`,
    )
  }
  log(`downloading ${url}`)
  // Beside the target, not in it: the part of an interrupted download is continued by the next run.
  const archive = join(cacheRoot(env), decodeURIComponent(basename(new URL(url).pathname)))
  const sha256 = env.NODE_LIBTORCH_SHA256 || undefined
  const actual = await download(url, archive, { sha256 })
  log(
    sha256
      ? 'SHA-256 is as NODE_LIBTORCH_SHA256 says'
      : `SHA-256 ${actual}: PyTorch publishes none to compare with; sizes and CRC-32 are checked while unpacking`,
  )
  try {
    log('unpacking')
    await unzip(archive, folder, isNeeded)
  } finally {
    await rm(archive, { force: true })
  }
}

/**
 * What to unpack of the archive: headers, shared libraries, the version and the licences.
 * @param {string} name
 */
export function isNeeded(name) {
  return (
    name === 'libtorch/build-version' ||
    name.startsWith('libtorch/include/') ||
    (name.startsWith('libtorch/lib/') && !/\.(a|lib)$/.test(name)) ||
    /^libtorch\/[^/]*(LICENSE|NOTICE)[^/]*$/.test(name)
  )
}
