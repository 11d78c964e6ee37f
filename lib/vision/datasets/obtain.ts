// How the known data sets get onto the disk: what their functions share before there is anything to read.

import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ArchiveError, extractArchive } from '../../archive/index.js'
import { checkBoolean, checkString, fail } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import { checkFile, type Expectation, fetchFile, ProgressPrinter } from '../../hub/index.js'

/** Options of every data set that can be downloaded. */
export interface DownloadableOptions {
  /** Whether files that are not there are downloaded. Default false. */
  download?: boolean
  /**
   * Addresses of folders with the files to download, in order of preference, in place of the known ones.
   * Default those in the variable `NODE_LIBTORCH_DATASET_MIRRORS`, divided by blanks.
   */
  mirrors?: readonly string[]
  /** Whether a download shows its progress on standard error. Default true. */
  progress?: boolean
  /** Ends a download. */
  signal?: AbortSignal
}

/** The names of the options of {@link DownloadableOptions}. */
export const DOWNLOADABLE_OPTIONS = ['download', 'mirrors', 'progress', 'signal'] as const

/** Checks the options of {@link DownloadableOptions}. */
export function checkDownloadable(where: string, options: DownloadableOptions): void {
  const { download, mirrors, progress, signal } = options
  if (download !== undefined) checkBoolean(where, 'download', download)
  if (mirrors !== undefined) {
    if (!Array.isArray(mirrors) || mirrors.length === 0) {
      fail(where, 'mirrors', 'an array of one or more addresses', mirrors)
    }
    for (const mirror of mirrors) checkString(where, 'a mirror', mirror)
  }
  if (progress !== undefined) checkBoolean(where, 'progress', progress)
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    fail(where, 'signal', 'an AbortSignal', signal)
  }
}

/** The folder that `root` names. */
export function folderOf(where: string, root: unknown): string {
  if (root instanceof URL && root.protocol === 'file:') return fileURLToPath(root)
  if (typeof root === 'string') return root
  fail(where, 'root', 'a path or a file: URL', root instanceof URL ? root.href : root)
}

/** The addresses of a file: in the folders of the user, else of the environment, else in the known ones. */
export function addressesOf(
  name: string,
  known: readonly string[],
  { mirrors }: Pick<DownloadableOptions, 'mirrors'>,
): string[] {
  const variable = process.env.NODE_LIBTORCH_DATASET_MIRRORS?.split(/\s+/).filter(
    (url) => url !== '',
  )
  const folders = mirrors ?? (variable === undefined || variable.length === 0 ? known : variable)
  return folders.map((folder) => `${folder.replace(/\/$/, '')}/${name}`)
}

/** A file of a data set that can be downloaded. */
export interface Resource extends Expectation {
  /** The name under which it is kept in the folder of the data set. */
  readonly name: string
  /** Its addresses. */
  readonly urls: readonly string[]
  /** What the server must be told, such as a token. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whether it is unpacked into the folder. */
  readonly isArchive: boolean
}

/** Downloads the files of a data set that are not there, and unpacks the archives that were not unpacked. */
export async function fetchResources(
  folder: string,
  resources: readonly Resource[],
  options: DownloadableOptions,
): Promise<void> {
  const { progress, signal } = options
  for (const { name, urls, isArchive, ...rest } of resources) {
    const file = join(folder, name)
    await fetchFile(urls, file, { ...rest, progress, signal })
    if (!isArchive) continue
    try {
      await unpack(name, file, folder, options)
    } catch (error) {
      // What has no checksum may be a page that a server sent in its place: it must not stay.
      const isKnown = rest.md5 !== undefined || rest.sha256 !== undefined
      // A cause is a failure of the file system, of which the archive is innocent.
      const isRefused = error instanceof ArchiveError && error.cause === undefined
      if (isRefused && !isKnown) await rm(file, { force: true })
      throw error
    }
  }
}

async function unpack(
  name: string,
  file: string,
  folder: string,
  { progress = true, signal }: DownloadableOptions,
): Promise<void> {
  const printer = progress ? new ProgressPrinter(`unpacking ${name}`) : undefined
  try {
    await extractArchive(file, folder, { signal, onProgress: printer?.update })
  } finally {
    printer?.finish()
  }
}

/** What a data set needs before it can be read. */
export interface Requirements {
  /** The folder that the files are in, or are downloaded to. */
  readonly folder: string
  /** Folders and files that must be in it, files with their checksums where these are known. */
  readonly needed: readonly (string | { readonly name: string; readonly md5: string })[]
  readonly resources: readonly Resource[]
}

/**
 * Makes sure that the files of a data set are there; downloads them where that is wanted.
 *
 * @throws DatasetError that says what is missing and where it can be had; what {@link fetchResources} throws
 */
export async function obtain(
  where: string,
  { folder, needed, resources }: Requirements,
  options: DownloadableOptions,
): Promise<void> {
  const lack = await firstLack(folder, needed)
  if (lack === undefined) return
  if (options.download !== true) {
    const sources = resources.map(({ urls: [url] }) => url).join(', ')
    throw new DatasetError(
      `${where}: ${lack.problem}; set download to fetch it, or unpack it there yourself (${sources})`,
      lack.path,
    )
  }
  await fetchResources(folder, resources, options)
  const still = await firstLack(folder, needed)
  if (still === undefined) return
  throw new DatasetError(`${where}: even after the download ${still.problem}`, still.path)
}

/** The first file or folder that is missing or damaged, and which of both it is. */
async function firstLack(
  folder: string,
  needed: Requirements['needed'],
): Promise<{ path: string; problem: string } | undefined> {
  for (const file of needed) {
    const path = join(folder, typeof file === 'string' ? file : file.name)
    if (!(await isThere(path))) return { path, problem: `there is no '${path}'` }
    if (typeof file === 'string') continue
    const problem = await checkFile(path, { md5: file.md5 })
    if (problem !== undefined) return { path, problem: `'${path}' is damaged: ${problem}` }
  }
  return undefined
}

/** Whether there is a file or folder. */
export async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined
}
