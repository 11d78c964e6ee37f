import { checkInteger, checkOptions, fail, failRange } from '../../check.js'
import { dtypeOfArray, type TypedArray } from '../../torch/create.js'
import { torch } from '../../torch/index.js'
import { Tensor } from '../../torch/tensor.js'
import { byCodePoint } from './scan.js'
import {
  checkTensorImagesOptions,
  TENSOR_IMAGES_OPTIONS,
  TensorImages,
  type TensorImagesOptions,
} from './tensor-images.js'

/** Numbers in arrays of arrays. */
export type NestedNumbers = readonly (number | NestedNumbers)[]

/** Images for {@link fromArrays}. */
export type ImagesInArrays = Tensor | TypedArray | NestedNumbers | readonly (Tensor | TypedArray)[]

/** Options of {@link fromArrays}. */
export interface FromArraysOptions<X = Tensor, Y = number> extends TensorImagesOptions<X, Y> {
  /** The shape of one image, [C, H, W]: needed where the numbers come in flat arrays. */
  shape?: readonly number[]
  /** The names of the classes, by index. Default: the different labels in code-point order, where labels are strings. */
  classes?: readonly string[]
}

/**
 * A data set of images that are in memory already, with their labels: the numbers of a canvas, of a
 * file of your own, or tensors (PyTorch `TensorDataset` with a transform, R torch `tensor_dataset`).
 *
 * Typed arrays and tensors keep their type: `Uint8Array`s give uint8 images, as files do. Numbers in
 * plain arrays become float32. One large typed array, or a tensor [N, C, H, W], is shared, not copied.
 *
 * @param images - a tensor [N, C, H, W]; nested arrays of that shape; one typed array with all images
 *   one after the other; or an array with a tensor or typed array for each image
 * @param labels - one for each image: class indices, or class names
 * @example
 * ```ts
 * const ds = datasets.fromArrays(pixels, ['cat', 'dog', 'cat'], { shape: [3, 32, 32] })
 * ds.classes // ['cat', 'dog']
 * ```
 * @throws TypeError or RangeError when numbers of images and labels differ, shapes do not agree, or a
 *   label is no class
 */
export function fromArrays<X = Tensor, Y = number>(
  images: ImagesInArrays,
  labels: readonly number[] | readonly string[] | TypedArray | Tensor,
  options?: FromArraysOptions<X, Y>,
): TensorImages<X, Y> {
  const where = 'datasets.fromArrays'
  const checked = checkOptions(where, options, [...TENSOR_IMAGES_OPTIONS, 'shape', 'classes'])
  checkTensorImagesOptions(where, checked)
  for (const size of checked.shape ?? []) checkInteger(where, 'shape', size, { min: 1 })
  const batch = toBatch(where, images, checked.shape)
  const { targets, classes } = toTargets(where, labels, checked.classes)
  if (batch.size(0) !== targets.length) {
    failRange(where, 'labels', `${batch.size(0)} of them, one for each image,`, targets.length)
  }
  return new TensorImages({ images: batch, targets, classes }, checked)
}

function toBatch(
  where: string,
  images: ImagesInArrays,
  shape: readonly number[] | undefined,
): Tensor {
  return torch.scope(() => {
    const flat = toTensor(where, images)
    const batch = shape === undefined ? flat : reshaped(where, flat, shape)
    if (batch.dim() !== 4) {
      const got = `[${batch.shape.join(', ')}]`
      throw new RangeError(
        `${where}: expected shape [N, C, H, W] for images, got ${got}; set shape to [C, H, W] where they come in flat arrays`,
      )
    }
    return batch
  })
}

function toTensor(where: string, images: ImagesInArrays): Tensor {
  if (images instanceof Tensor) return images
  if (dtypeOfArray(images) !== undefined) return torch.fromTypedArray(images as TypedArray)
  if (!Array.isArray(images) || images.length === 0) {
    fail(where, 'images', 'a Tensor, a typed array or an array of at least one image', images)
  }
  const list = images as readonly unknown[]
  if (list.every((image) => image instanceof Tensor)) return torch.stack([...list])
  if (list.every((image) => dtypeOfArray(image) !== undefined)) {
    return torch.stack(list.map((image) => torch.fromTypedArray(image as TypedArray)))
  }
  return torch.tensor(images as number[][])
}

/** [N, C, H, W] of [N, C * H * W], or of all numbers in one dimension. */
function reshaped(where: string, flat: Tensor, shape: readonly number[]): Tensor {
  const one = shape.reduce((product, size) => product * size, 1)
  const isWhole = flat.dim() <= 1 || flat.numel() === flat.size(0) * one
  if (flat.numel() % one !== 0 || !isWhole) {
    failRange(
      where,
      'images',
      `a multiple of ${one} numbers (shape [${shape.join(', ')}])`,
      flat.numel(),
    )
  }
  return flat.reshape([flat.numel() / one, ...shape])
}

function toTargets(
  where: string,
  labels: readonly number[] | readonly string[] | TypedArray | Tensor,
  names: readonly string[] | undefined,
): { targets: readonly number[]; classes: readonly string[] | undefined } {
  const values = labels instanceof Tensor ? labels.toArray() : labels
  if (!Array.isArray(values) && dtypeOfArray(values) === undefined) {
    fail(where, 'labels', 'an array of class indices or class names', labels)
  }
  const list = Array.from(values as ArrayLike<unknown>)
  if (list.length > 0 && list.every((label) => typeof label === 'string')) {
    const classes = names ?? [...new Set(list)].sort(byCodePoint)
    const indices = new Map(classes.map((name, index) => [name, index]))
    const targets = list.map((name, place) => {
      const index = indices.get(name)
      return index ?? fail(where, `label ${place}`, 'one of classes', name)
    })
    return { targets, classes }
  }
  const max = names === undefined ? undefined : names.length - 1
  const targets = list.map((label, place) => {
    const index = typeof label === 'bigint' ? Number(label) : label
    return checkInteger(where, `label ${place}`, index, { min: 0, max })
  })
  return { targets, classes: names }
}
