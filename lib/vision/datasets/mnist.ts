import { join } from 'node:path'
import type { Tensor } from '../../torch/tensor.js'
import { fetchPacked, readImagesAndLabels } from './idx-files.js'
import { checkArraysOptions, type KnownArraysOptions } from './known-arrays.js'
import { folderOf } from './obtain.js'
import { TensorImages } from './tensor-images.js'

/** Options of {@link mnist}, {@link fashionMnist} and {@link kmnist}. */
export interface MnistOptions<X = Tensor, Y = number> extends KnownArraysOptions<X, Y> {}

interface Kind {
  readonly where: string
  /** The folder below the root, as torchvision has it. */
  readonly folder: string
  readonly mirrors: readonly string[]
  readonly classes: readonly string[]
  /** Of the packed images and labels. */
  readonly md5: Readonly<Record<'train' | 'test', readonly [images: string, labels: string]>>
}

/** The names of the digits, as torchvision has them. */
export const DIGITS: readonly string[] = 'zero one two three four five six seven eight nine'
  .split(' ')
  .map((word, digit) => `${digit} - ${word}`)

const MNIST: Kind = {
  where: 'datasets.mnist',
  folder: 'MNIST',
  mirrors: ['https://ossci-datasets.s3.amazonaws.com/mnist', 'http://yann.lecun.com/exdb/mnist'],
  classes: DIGITS,
  md5: {
    train: ['f68b3c2dcbeaaa9fbdd348bbdeb94873', 'd53e105ee54ea40749a09fcbcd1e9432'],
    test: ['9fb629c4189551a2d022fa330f9573f3', 'ec29112dd5afa0611ce80d1b7f02629c'],
  },
}

const FASHION: Kind = {
  where: 'datasets.fashionMnist',
  folder: 'FashionMNIST',
  mirrors: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com'],
  classes: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  md5: {
    train: ['8d4fb7e6c68d591d4c3dfef9ec88bf0d', '25c81989df183df01b3e8a0aad5dffbe'],
    test: ['bef4ecab320f06d8554ea6380940ec79', 'bb300cfdad3c16e7a12a480ee83cd310'],
  },
}

const KUZUSHIJI: Kind = {
  where: 'datasets.kmnist',
  folder: 'KMNIST',
  mirrors: ['http://codh.rois.ac.jp/kmnist/dataset/kmnist'],
  classes: ['o', 'ki', 'su', 'tsu', 'na', 'ha', 'ma', 'ya', 're', 'wo'],
  md5: {
    train: ['bdb82020997e1d708af4cf47b453dcf7', 'e144d726b3acfaa3e44228e80efcd344'],
    test: ['5c965bf0a639b31b8f53240b1b52f4d7', '7320c461ea6c1c855c0b718fb2a4b134'],
  },
}

/**
 * Handwritten digits, 60,000 to train with and 10,000 to test with (torchvision `MNIST`, R torchvision
 * `mnist_dataset`): uint8 [1, 28, 28], classes '0 - zero' ... '9 - nine'.
 *
 * The files are those that torchvision keeps, `root/MNIST/raw/train-images-idx3-ubyte` and so on, as
 * they are or with `.gz`.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export const mnist = <X = Tensor, Y = number>(
  root: string | URL,
  options?: MnistOptions<X, Y>,
): Promise<TensorImages<X, Y>> => open(MNIST, root, options)

/**
 * Articles of clothing in the form of {@link mnist}, ten classes 'T-shirt/top' ... 'Ankle boot'
 * (torchvision `FashionMNIST`, R torchvision `fashion_mnist_dataset`), in `root/FashionMNIST/raw`.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export const fashionMnist = <X = Tensor, Y = number>(
  root: string | URL,
  options?: MnistOptions<X, Y>,
): Promise<TensorImages<X, Y>> => open(FASHION, root, options)

/**
 * Cursive Japanese characters in the form of {@link mnist}, ten classes 'o' ... 'wo' (torchvision
 * `KMNIST`, R torchvision `kmnist_dataset`), in `root/KMNIST/raw`.
 *
 * @throws {@link DatasetError} with the path when a file is missing or damaged; DownloadError
 */
export const kmnist = <X = Tensor, Y = number>(
  root: string | URL,
  options?: MnistOptions<X, Y>,
): Promise<TensorImages<X, Y>> => open(KUZUSHIJI, root, options)

async function open<X, Y>(
  { where, folder, mirrors, classes, md5 }: Kind,
  root: string | URL,
  options: MnistOptions<X, Y> | undefined,
): Promise<TensorImages<X, Y>> {
  const checked = checkArraysOptions(where, options)
  const raw = join(folderOf(where, root), folder, 'raw')
  const prefix = checked.train ? 'train' : 't10k'
  const images = `${prefix}-images-idx3-ubyte`
  const labels = `${prefix}-labels-idx1-ubyte`
  if (checked.download) {
    const [imageSum, labelSum] = md5[checked.train ? 'train' : 'test']
    const files = [[images, imageSum] as const, [labels, labelSum] as const]
    await fetchPacked(raw, files, mirrors, checked)
  }
  const arrays = await readImagesAndLabels(where, join(raw, images), join(raw, labels), classes)
  return new TensorImages(arrays, checked)
}
