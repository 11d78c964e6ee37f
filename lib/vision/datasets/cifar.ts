import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkBoolean } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkArraysOptions, checkTargets, type KnownArraysOptions } from './known-arrays.js'
import { addressesOf, folderOf, obtain } from './obtain.js'
import { TensorImages } from './tensor-images.js'

/** Options of {@link cifar10}. */
export interface Cifar10Options<X = Tensor, Y = number> extends KnownArraysOptions<X, Y> {}

/** Options of {@link cifar100}. */
export interface Cifar100Options<X = Tensor, Y = number> extends KnownArraysOptions<X, Y> {
  /** Whether the targets are the 20 superclasses in place of the 100 classes. Default false. */
  coarse?: boolean
}

const MIRRORS = ['https://www.cs.toronto.edu/~kriz']
const SIDE = 32
const PIXELS = 3 * SIDE * SIDE

interface Kind {
  readonly where: string
  readonly archive: string
  readonly md5: string
  /** The folder in the archive. */
  readonly folder: string
  readonly train: readonly string[]
  readonly test: readonly string[]
  /** The file with the names of the classes. */
  readonly names: string
  /** The number of label bytes of a record, and which of them counts. */
  readonly labels: number
  readonly label: number
}

const CIFAR10: Kind = {
  where: 'datasets.cifar10',
  archive: 'cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  folder: 'cifar-10-batches-bin',
  train: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
  test: ['test_batch.bin'],
  names: 'batches.meta.txt',
  labels: 1,
  label: 0,
}

const CIFAR100: Kind = {
  where: 'datasets.cifar100',
  archive: 'cifar-100-binary.tar.gz',
  md5: '03b5dce01913d631647c71ecec9e9cb8',
  folder: 'cifar-100-binary',
  train: ['train.bin'],
  test: ['test.bin'],
  names: 'fine_label_names.txt',
  labels: 2,
  label: 1,
}

/**
 * 60,000 small photos of ten kinds of vehicles and animals, 10,000 of them to test with (torchvision
 * `CIFAR10`, R torchvision `cifar10_dataset`): uint8 [3, 32, 32], in the same order and with the same
 * classes as in Python.
 *
 * Read is the binary version, `root/cifar-10-batches-bin`; the one that Python reads is a pickle.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export const cifar10 = <X = Tensor, Y = number>(
  root: string | URL,
  options?: Cifar10Options<X, Y>,
): Promise<TensorImages<X, Y>> => open(CIFAR10, root, checkArraysOptions(CIFAR10.where, options))

/**
 * As {@link cifar10}, with 100 classes in 20 superclasses (torchvision `CIFAR100`, R torchvision
 * `cifar100_dataset`), in `root/cifar-100-binary`.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export async function cifar100<X = Tensor, Y = number>(
  root: string | URL,
  options?: Cifar100Options<X, Y>,
): Promise<TensorImages<X, Y>> {
  const checked = checkArraysOptions(CIFAR100.where, options, ['coarse'])
  const { coarse = false } = checked
  checkBoolean(CIFAR100.where, 'coarse', coarse)
  const kind = coarse ? { ...CIFAR100, names: 'coarse_label_names.txt', label: 0 } : CIFAR100
  return open(kind, root, checked)
}

async function open<X, Y>(
  kind: Kind,
  root: string | URL,
  options: KnownArraysOptions<X, Y> & { train: boolean },
): Promise<TensorImages<X, Y>> {
  const { where, archive, md5 } = kind
  const base = folderOf(where, root)
  const folder = join(base, kind.folder)
  const files = options.train ? kind.train : kind.test
  await obtain(
    where,
    {
      folder: base,
      needed: [...files, kind.names].map((name) => join(kind.folder, name)),
      resources: [
        { name: archive, urls: addressesOf(archive, MIRRORS, options), md5, isArchive: true },
      ],
    },
    options,
  )
  const names = await read(join(folder, kind.names))
  const classes = names
    .toString('utf8')
    .split(/\r?\n/)
    .filter((name) => name !== '')
  const parts: Buffer[] = []
  for (const name of files) parts.push(await readRecords(kind, join(folder, name), classes))
  const { labels, label } = kind
  const records = Buffer.concat(parts)
  const width = labels + PIXELS
  const targets = Array.from(
    { length: records.length / width },
    (_, i) => records[i * width + label] as number,
  )
  const planes = { records, start: labels, width }
  return new TensorImages({ ...interleaved(planes, targets.length), targets, classes }, options)
}

/** The pixels of all images, red, green and blue side by side: so native code reads them. */
function interleaved(
  { records, start, width }: { records: Buffer; start: number; width: number },
  count: number,
): { images: Tensor; pixels: Uint8Array } {
  const pixels = new Uint8Array(count * PIXELS)
  const images = torch.scope(() => {
    const planar = torch.fromTypedArray(records, [count, width]).narrow(1, start, PIXELS)
    return torch
      .fromTypedArray(pixels, [count, SIDE, SIDE, 3])
      .copy_(planar.reshape([count, 3, SIDE, SIDE]).permute(0, 2, 3, 1))
      .permute(0, 3, 1, 2)
  })
  return { images, pixels }
}

/** One file: for each image its labels, and red, green and blue one after the other. */
async function readRecords(
  { labels, label }: Kind,
  path: string,
  classes: readonly string[],
): Promise<Buffer> {
  const bytes = await read(path)
  const width = labels + PIXELS
  if (bytes.length === 0 || bytes.length % width !== 0) {
    throw new DatasetError(
      `'${path}' is damaged: expected a multiple of ${width} bytes, got ${bytes.length}`,
      path,
    )
  }
  const targets = Array.from(
    { length: bytes.length / width },
    (_, i) => bytes[i * width + label] as number,
  )
  checkTargets(path, targets, classes)
  return bytes
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new DatasetError(`'${path}' could not be read (${code})`, path, { cause })
  }
}
