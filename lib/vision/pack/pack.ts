import { rename, stat, unlink } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  checkBoolean,
  checkFunction,
  checkInteger,
  checkOneOf,
  checkOptions,
  fail,
} from '../../check.js'
import {
  claimTemporary,
  type FileWriter,
  syncFolder,
  writeSynced,
} from '../../checkpoint/atomic.js'
import { DatasetError } from '../../data/errors.js'
import { MOST_THREADS, native } from '../../native.js'
import { imageFolder } from '../datasets/folder.js'
import { ImageDataset, type ImageList, type ImageSample } from '../datasets/image-dataset.js'
import { checkDecodeOptions, type DecodeImageOptions, decodePixels } from '../image/decode.js'
import { ImageDecodeError } from '../image/errors.js'
import { ALIGNMENT, encodeHeader, PackTables, type TilingNumbers } from './format.js'
import { inOrder } from './in-order.js'
import { type DamagedPicture, packed } from './packed.js'

/** How far {@link pack} is. */
export interface PackProgress {
  /** Pictures done, and all. */
  readonly done: number
  readonly total: number
  /** Bytes of the files that are done, and of the pack so far. */
  readonly read: number
  readonly written: number
}

/** Options of {@link pack}; a picture above the limits counts as damaged. */
export interface PackOptions extends Pick<DecodeImageOptions, 'maxPixels' | 'maxBytes'> {
  /** Whether a pack that is there already is replaced. Default false: it is an error. */
  force?: boolean
  /** What a damaged picture does: 'throw' (the default) ends the work, 'skip' leaves it out. */
  onError?: 'throw' | 'skip'
  /** Whether each picture is read back and compared with its file before the pack gets its name. Default false. */
  verify?: boolean
  /** The number of threads. Default: as many as the machine has cores. */
  numWorkers?: number
  /** Called after each picture. */
  onProgress?: (progress: PackProgress) => void
}

/** What {@link pack} has done. */
export interface PackReport {
  /** Pictures in the pack, and those of them that are in tiles. */
  readonly pictures: number
  readonly tiled: number
  /** Bytes of the files that are in the pack, and of the pack. */
  readonly read: number
  readonly written: number
  readonly damaged: readonly DamagedPicture[]
}

/** A picture as it goes into a pack. */
interface Packed {
  readonly record: Uint8Array
  /** Bytes of its file, and of the file in the record. */
  readonly original: number
  readonly length: number
  readonly checksum: number
  readonly tiling: TilingNumbers
}

/**
 * Writes all pictures of a folder, or of a data set of picture files, into one file, from which
 * {@link packed} reads them several times faster when training cuts random crops.
 *
 * JPEG files are cut into tiles, without loss: the same pixels, so that a crop decodes the tiles
 * around it and no more. A progressive file becomes a baseline one. Other pictures are kept as they
 * are. Metadata but the orientation are left out. The pack appears under its name when it is
 * complete; pictures pass through memory a few at a time, on the threads of the loader.
 *
 * @param source - a folder as {@link imageFolder} takes it, or a data set
 * @throws {@link DatasetError} with the path, when there is something at `target` and `force` is not
 *   set, or this build has no libjpeg-turbo; {@link ImageDecodeError} with the path of a damaged
 *   picture
 */
export async function pack(
  source: string | URL | ImageList,
  target: string | URL,
  options?: PackOptions,
): Promise<PackReport> {
  const where = 'datasets.pack'
  if (typeof target !== 'string' && !(target instanceof URL)) {
    fail(where, 'target', 'a path or a file: URL', target)
  }
  const path = typeof target === 'string' ? target : fileURLToPath(target)
  const settings = checkPackOptions(where, options)
  const isPath = typeof source === 'string' || source instanceof URL
  if (!isPath && !(source instanceof ImageDataset)) {
    fail(where, 'source', 'a folder or a data set of picture files', source)
  }
  const dataset = isPath ? await imageFolder(source) : source
  if (!native.decodesJpeg()) {
    throw new DatasetError(
      `${where}: a pack needs libjpeg-turbo, whose headers were not found when node-libtorch was built (see npx node-libtorch doctor)`,
      path,
    )
  }
  const there = await stat(path).catch(() => undefined)
  if (there !== undefined && !there.isFile()) {
    throw new DatasetError(`${where}: '${path}' is no file`, path)
  }
  if (there !== undefined && !settings.force) {
    throw new DatasetError(`${where}: '${path}' exists; set force to replace it`, path)
  }
  const temporary = await claimTemporary(path)
  try {
    let report: PackReport | undefined
    await writeSynced(temporary, 0o666, async (file) => {
      report = await write(dataset, file, settings)
    })
    if (settings.verify) await compare(dataset.root, temporary, settings)
    await rename(temporary, path)
    await syncFolder(dirname(path))
    return report as PackReport
  } catch (error) {
    await unlink(temporary).catch(() => {}) // the first error is the one to report
    throw error
  }
}

async function compare(root: string, temporary: string, { numWorkers }: Settings) {
  const written = await packed(temporary)
  const [wrong] = await written.verify({ against: root, numWorkers })
  if (wrong === undefined) return
  throw new DatasetError(`datasets.pack: '${wrong.path}': ${wrong.reason}`, wrong.path)
}

/** The options of {@link pack}, checked and with defaults. */
type Settings = Required<PackOptions & DecodeImageOptions>

function checkPackOptions(where: string, options: PackOptions | undefined): Settings {
  const {
    force = false,
    onError = 'throw',
    verify = false,
    numWorkers = availableParallelism(),
    onProgress = () => {},
    ...limits
  } = checkOptions(where, options, [
    'force',
    'onError',
    'verify',
    'numWorkers',
    'onProgress',
    'maxPixels',
    'maxBytes',
  ])
  checkBoolean(where, 'force', force)
  checkOneOf(where, 'onError', onError, ['throw', 'skip'])
  checkBoolean(where, 'verify', verify)
  checkInteger(where, 'numWorkers', numWorkers, { min: 1, max: MOST_THREADS })
  checkFunction(where, 'onProgress', onProgress)
  const decoding = checkDecodeOptions(where, limits)
  return { force, onError, verify, numWorkers, onProgress, ...decoding }
}

async function write(
  { root, classes, samples }: ImageList,
  file: FileWriter,
  settings: Settings,
): Promise<PackReport> {
  const { onError, numWorkers, onProgress } = settings
  const tables = new PackTables()
  const damaged: DamagedPicture[] = []
  let read = 0
  let tiled = 0
  let done = 0
  await file.write(encodeHeader())
  const make = ([path]: ImageSample) => prepare(path, settings)
  for await (const [[path, classIndex], picture] of inOrder(samples, make, 2 * numWorkers)) {
    done += 1
    if (picture instanceof ImageDecodeError) {
      if (onError === 'throw') throw picture
      damaged.push({ path, reason: picture.reason })
    } else {
      const { record, length, checksum, tiling } = picture
      const name = relative(root, path).split(sep).join('/')
      tables.add({ offset: file.position, length, name, classIndex, checksum, tiling })
      await file.write(record)
      await pad(file)
      read += picture.original
      if (tiling[0] > 0) tiled += 1
    }
    onProgress({ done, total: samples.length, read, written: file.position })
  }
  for (const part of tables.finish(file.position, classes, native.crc32c)) await file.write(part)
  const pictures = done - damaged.length
  return { pictures, tiled, read, written: file.position, damaged }
}

async function pad(file: FileWriter): Promise<void> {
  const rest = file.position % ALIGNMENT
  if (rest > 0) await file.write(new Uint8Array(ALIGNMENT - rest))
}

/** Tiles a picture, or makes sure that it can be decoded. */
async function prepare(path: string, settings: Settings): Promise<Packed | ImageDecodeError> {
  const { numWorkers, maxPixels, maxBytes } = settings
  const made = await native.tilePicture(path, numWorkers, maxPixels, maxBytes)
  if (typeof made === 'string') return new ImageDecodeError(made, path)
  const [record, [original = 0, checksum = 0, offsets = 0, ...tiling]] = made
  if (offsets === 0) {
    try {
      await decodePixels(record, path, settings)
    } catch (error) {
      if (error instanceof ImageDecodeError) return error
      throw error
    }
  }
  return {
    record,
    original,
    length: record.length - offsets * Uint32Array.BYTES_PER_ELEMENT,
    checksum,
    tiling: tiling as unknown as TilingNumbers,
  }
}
