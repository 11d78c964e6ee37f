// What the functions of the known data sets in memory (MNIST, CIFAR and their kin) have in common.

import { checkBoolean, checkOptions } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkDownloadable, DOWNLOADABLE_OPTIONS, type DownloadableOptions } from './obtain.js'
import {
  checkTensorImagesOptions,
  TENSOR_IMAGES_OPTIONS,
  type TensorImagesOptions,
} from './tensor-images.js'

/** Options of the known data sets in memory. */
export interface KnownArraysOptions<X = Tensor, Y = number, T = number>
  extends TensorImagesOptions<X, Y, T>,
    DownloadableOptions {
  /** Whether the training set is read, else the test set. Default true. */
  train?: boolean
}

const OPTIONS = [...TENSOR_IMAGES_OPTIONS, ...DOWNLOADABLE_OPTIONS, 'train'] as const

/** The options of which the types say nothing about samples. */
export type Checkable = DownloadableOptions & {
  train?: boolean
  transform?: unknown
  targetTransform?: unknown
}

/** @throws TypeError that names the wrong option; `more` are the options of one data set alone */
export function checkArraysOptions<O extends Checkable>(
  where: string,
  options: O | undefined,
  more: readonly (keyof O & string)[] = [],
): O & { train: boolean } {
  const given: O = checkOptions(where, options, [...OPTIONS, ...more] as (keyof O & string)[])
  const { train = true } = given
  checkBoolean(where, 'train', train)
  checkDownloadable(where, given)
  checkTensorImagesOptions(where, given)
  return { ...given, train }
}

/** Refuses a class index that the data set does not have. */
export function checkTargets(
  path: string,
  targets: readonly number[],
  classes: readonly string[],
): void {
  const wrong = targets.findIndex((target) => target < 0 || target >= classes.length)
  if (wrong === -1) return
  throw new DatasetError(
    `'${path}': label ${wrong} is ${targets[wrong]}, but there are ${classes.length} classes`,
    path,
  )
}
