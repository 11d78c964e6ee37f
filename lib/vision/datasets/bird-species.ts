import { join } from 'node:path'
import { checkOneOf, checkOptions, checkString, fail } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import { checkExpectation, DownloadError, type Expectation } from '../../hub/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { BIRD_SOURCES, type BirdSource, resourcesOf } from './bird-species-sources.js'
import { FOLDER_OPTIONS, type ImageFolder, type ImageFolderOptions, imageFolder } from './folder.js'
import {
  checkDownloadable,
  DOWNLOADABLE_OPTIONS,
  type DownloadableOptions,
  fetchResources,
  folderOf,
  isThere,
} from './obtain.js'

/** The folders in which a split may lie: Hugging Face's copies have another name for one. */
const SPLITS = {
  train: ['train'],
  valid: ['valid', 'validation', 'val'],
  test: ['test'],
} as const
type Split = keyof typeof SPLITS

/** Options of {@link birdSpecies}. */
export interface BirdSpeciesOptions<X = Tensor, Y = number>
  extends ImageFolderOptions<X, Y>,
    DownloadableOptions,
    Expectation {
  /** Which pictures. Default 'train'. */
  split?: Split
  /**
   * Where to download from: 'cdn', the zip file of R's torchdatasets with 450 species; 'huggingface', a copy
   * of a later release with 525; 'kaggle', for which a token is needed. By default the first of them that
   * answers. Each has its own folder, so that releases do not mix.
   */
  source?: BirdSource
  /**
   * Address of an archive with the folders train, valid and test, in place of `source`; default the
   * variable `NODE_LIBTORCH_BIRD_SPECIES_URL`. `sha256`, `md5` and `size` say what it, or the file of a
   * `source` that has only one, must be.
   */
  url?: string
  /** The `kaggle.json` to use, in place of the environment's. */
  token?: string
  /** Another data set of Kaggle's with the same layout. Default 'gpiosenka/100-bird-species'. */
  kaggleDataset?: string
}

/**
 * Birds, 224 × 224 pixels, in one folder per species (R torchdatasets `bird_species_dataset`), in one of
 * the folders `bird-species`, `birds-525-species` and `100-bird-species` of `root`, in `root/birds`, or in
 * `root` itself: the first that holds the split. Releases differ in the number of species; take it from
 * `classes`.
 *
 * @throws {@link DatasetError} that names every folder looked at, when there are no pictures; DownloadError
 *   that names every source, ArchiveError
 */
export async function birdSpecies<X = Tensor, Y = number>(
  root: string | URL,
  options?: BirdSpeciesOptions<X, Y>,
): Promise<ImageFolder<X, Y>> {
  const where = 'datasets.birdSpecies'
  const base = folderOf(where, root)
  const settings = checkBirdOptions(where, options)
  const {
    split = 'train',
    source,
    url,
    sha256,
    md5,
    size,
    token,
    kaggleDataset,
    ...rest
  } = settings
  const { download, mirrors, progress, signal, ...images } = rest
  const only = url === undefined ? source : 'cdn'
  const candidates = (only === undefined ? BIRD_SOURCES : [only]).map((name) =>
    join(base, FOLDERS[name]),
  )
  if (only === undefined) candidates.push(base)
  const there = await findSplit(candidates, split)
  if (there !== undefined) return imageFolder(there, images)
  if (download !== true) throw missing(where, candidates, split)
  const folder = await fetchFirst(where, base, settings)
  const found = await findSplit([folder], split)
  if (found === undefined) throw missing(where, [folder], split)
  return imageFolder(found, images)
}

/** The folder of each source in the root; that of the CDN also has what comes from an own address. */
const FOLDERS: Readonly<Record<BirdSource, string>> = {
  cdn: 'bird-species',
  huggingface: 'birds-525-species',
  kaggle: '100-bird-species',
}

function checkBirdOptions<X, Y>(
  where: string,
  options: BirdSpeciesOptions<X, Y> | undefined,
): BirdSpeciesOptions<X, Y> {
  const settings = checkOptions(where, options, [
    ...FOLDER_OPTIONS,
    ...DOWNLOADABLE_OPTIONS,
    'split',
    'source',
    'url',
    'sha256',
    'md5',
    'size',
    'token',
    'kaggleDataset',
  ])
  const { split, source, url, token, kaggleDataset } = settings
  if (split !== undefined) checkOneOf(where, 'split', split, Object.keys(SPLITS) as Split[])
  if (source !== undefined) checkOneOf(where, 'source', source, BIRD_SOURCES)
  if (url !== undefined) checkString(where, 'url', url)
  if (token !== undefined) checkString(where, 'token', token)
  if (kaggleDataset !== undefined && !/^[\w-]+\/[\w-]+$/.test(kaggleDataset)) {
    fail(where, 'kaggleDataset', "a name such as 'owner/name'", kaggleDataset)
  }
  checkDownloadable(where, settings)
  checkExpectation(where, settings)
  const isExpecting = [settings.sha256, settings.md5, settings.size].some((it) => it !== undefined)
  if (isExpecting && url === undefined && (source === undefined || source === 'huggingface')) {
    throw new TypeError(
      `${where}: sha256, md5 and size are of one file: name it by url, or by source 'cdn' or 'kaggle'`,
    )
  }
  if (url !== undefined && source !== undefined) {
    throw new TypeError(`${where}: url and source exclude each other`)
  }
  return settings
}

/** The folder of a split; some archives have one more level. */
async function findSplit(folders: readonly string[], split: Split): Promise<string | undefined> {
  for (const folder of folders) {
    for (const level of ['', 'birds', 'bird-species']) {
      for (const name of SPLITS[split]) {
        const path = join(folder, level, name)
        if (await isThere(path)) return path
      }
    }
  }
  return undefined
}

/** Downloads from the first source that can be reached, and returns its folder. */
async function fetchFirst<X, Y>(
  where: string,
  base: string,
  settings: BirdSpeciesOptions<X, Y>,
): Promise<string> {
  const url = settings.url ?? (process.env.NODE_LIBTORCH_BIRD_SPECIES_URL || undefined)
  const { source = BIRD_SOURCES } = settings
  const sources = url !== undefined ? (['cdn'] as const) : [source].flat()
  const failures: string[] = []
  let cause: unknown
  for (const name of sources) {
    const folder = join(base, FOLDERS[name])
    try {
      await fetchResources(folder, await resourcesOf(name, { ...settings, url }), settings)
      return folder
    } catch (error) {
      if (!(error instanceof DownloadError)) throw error
      failures.push(`${name}: ${error.message.replace(/^download: /, '')}`)
      cause ??= error
    }
  }
  throw new DatasetError(
    `${where}: none of the sources could be downloaded: ${failures.join('; ')}`,
    base,
    { cause },
  )
}

function missing(where: string, folders: readonly string[], split: Split): DatasetError {
  const places = folders.map((folder) => `'${join(folder, split)}'`).join(', ')
  return new DatasetError(
    `${where}: there is none of ${places}; set download to fetch them, or put one folder per species there yourself`,
    folders[0] ?? '',
  )
}
