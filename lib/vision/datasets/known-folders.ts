// What the functions of the known data sets of picture files (Food101, Flowers102 and others) have in common.

import { checkOptions } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkImageOptions, IMAGE_OPTIONS, type ImageDatasetOptions } from './image-dataset.js'
import { checkDownloadable, DOWNLOADABLE_OPTIONS, type DownloadableOptions } from './obtain.js'

/** Options of the known data sets of picture files. */
export interface KnownFoldersOptions<X = Tensor, Y = number, T = number>
  extends ImageDatasetOptions<X, Y, T>,
    DownloadableOptions {}

/** @throws TypeError that names the wrong option; `more` are the options of one data set alone */
export function checkFoldersOptions<O extends KnownFoldersOptions<unknown, unknown, never>>(
  where: string,
  options: O | undefined,
  more: readonly (keyof O & string)[] = [],
): O {
  const allowed = [...IMAGE_OPTIONS, ...DOWNLOADABLE_OPTIONS, ...more] as const
  const given = checkOptions(where, options, allowed as readonly (keyof O & string)[])
  checkImageOptions(where, given)
  checkDownloadable(where, given)
  return given
}
