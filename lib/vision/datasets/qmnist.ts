import { join } from 'node:path'
import { checkBoolean, checkOneOf } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkCounts, fetchPacked, type PackedFile, readArray } from './idx-files.js'
import { checkArraysOptions, checkTargets, type KnownArraysOptions } from './known-arrays.js'
import { DIGITS } from './mnist.js'
import { folderOf } from './obtain.js'
import { TensorImages } from './tensor-images.js'

/** Options of {@link qmnist}. */
export interface QmnistOptions<X = Tensor, Y = number, T = number>
  extends KnownArraysOptions<X, Y, T> {
  /**
   * Which images: those of MNIST's training set, the 60,000 test images, the 10,000 of them that are in
   * MNIST too, the other 50,000, or all of NIST's digits. Default: 'train', or 'test' for `train: false`.
   */
  what?: 'train' | 'test' | 'test10k' | 'test50k' | 'nist'
  /** Whether a target is the digit alone, else an int64 tensor [8] with all that is known. Default true. */
  compat?: boolean
}

const MIRRORS = ['https://raw.githubusercontent.com/facebookresearch/qmnist/master']
const TRAIN: [PackedFile, PackedFile] = [
  ['qmnist-train-images-idx3-ubyte', 'ed72d4157d28c017586c42bc6afe6370'],
  ['qmnist-train-labels-idx2-int', '0058f8dd561b90ffdd0f734c6a30e5e4'],
]
const TEST: [PackedFile, PackedFile] = [
  ['qmnist-test-images-idx3-ubyte', '1394631089c404de565df7b7aeaf9412'],
  ['qmnist-test-labels-idx2-int', '5b5b05890a5e13444e108efe57b788aa'],
]
/** The number of MNIST's own test images. */
const KNOWN = 10_000

/**
 * MNIST with the whole test set, and with writer and origin of each digit (torchvision `QMNIST`, R
 * torchvision `qmnist_dataset`): uint8 [1, 28, 28], in `root/QMNIST/raw`.
 *
 * All of NIST's digits (`what: 'nist'`) come as `.xz` files, which Node cannot unpack: fetch
 * `xnist-images-idx3-ubyte.xz` and `xnist-labels-idx2-int.xz` and unpack them there with `xz -d`.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export function qmnist<X = Tensor, Y = Tensor>(
  root: string | URL,
  options: QmnistOptions<X, Y, Tensor> & { compat: false },
): Promise<TensorImages<X, Y, Tensor>>
export function qmnist<X = Tensor, Y = number>(
  root: string | URL,
  options?: QmnistOptions<X, Y>,
): Promise<TensorImages<X, Y>>
export async function qmnist(
  root: string | URL,
  options?: QmnistOptions<unknown, unknown, never>,
): Promise<unknown> {
  const where = 'datasets.qmnist'
  const checked = checkArraysOptions(where, options, ['what', 'compat'])
  const { what = checked.train ? 'train' : 'test', compat = true } = checked
  checkOneOf(where, 'what', what, ['train', 'test', 'test10k', 'test50k', 'nist'])
  checkBoolean(where, 'compat', compat)
  const raw = join(folderOf(where, root), 'QMNIST', 'raw')
  const files = what === 'train' ? TRAIN : TEST
  if (checked.download && what !== 'nist') {
    await fetchPacked(raw, files, MIRRORS, checked)
  }
  const names =
    what === 'nist'
      ? ['xnist-images-idx3-ubyte', 'xnist-labels-idx2-int']
      : files.map(([name]) => name)
  const [imagePath, labelPath] = names.map((name) => join(raw, name)) as [string, string]
  const pixels = await readArray(where, imagePath, 'uint8', 3)
  const facts = await readArray(where, labelPath, 'int32', 2)
  checkCounts(imagePath, pixels.size(0), labelPath, facts.size(0))
  const [images, chosen] = torch.scope(() => [
    partOf(what, pixels).unsqueeze(1),
    partOf(what, facts).to('int64'),
  ])
  const targets = digitsOf(chosen)
  checkTargets(labelPath, targets, DIGITS)
  return new TensorImages<unknown, unknown, number | Tensor>(
    {
      images,
      targets,
      classes: DIGITS,
      ...(compat ? {} : { targetOf: (index: number) => chosen.select(0, index) }),
    },
    checked as QmnistOptions<unknown, unknown, number | Tensor>,
  )
}

/** The first of what is known of each image. */
const digitsOf = (facts: Tensor): number[] =>
  torch.scope(() => Array.from(facts.select(1, 0).toTypedArray() as BigInt64Array, Number))

function partOf(what: QmnistOptions['what'], all: Tensor): Tensor {
  const count = all.size(0)
  const known = Math.min(KNOWN, count)
  if (what === 'test10k') return all.narrow(0, 0, known)
  return what === 'test50k' ? all.narrow(0, known, count - known) : all
}
