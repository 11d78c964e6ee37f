import { checkBoolean, checkNumber, checkOptions, fail } from '../../check.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { defineTransform } from './transform.js'

/** Options of {@link normalize}. */
export interface NormalizeOptions {
  /** Whether the image itself is changed. Default false. */
  inplace?: boolean
}

/**
 * Subtracts a mean and divides by a standard deviation, per channel (torchvision `Normalize`,
 * R `transform_normalize`): `(image - mean) / std`.
 *
 * @param mean - one number per channel, or one for all
 * @param std - likewise; not 0
 * @throws TypeError for an integer image: convert it with `toTensor` first
 */
export const normalize = defineTransform(
  'normalize',
  (
    mean: number | readonly number[],
    std: number | readonly number[],
    options?: NormalizeOptions,
  ) => {
    const { inplace = false } = checkOptions('transforms.normalize', options, ['inplace'])
    checkBoolean('transforms.normalize', 'inplace', inplace)
    const stds = perChannel('std', std)
    if (stds.includes(0))
      throw new RangeError('transforms.normalize: expected std other than 0, got 0')
    return { mean: perChannel('mean', mean), std: stds, inplace }
  },
  (image, { mean, std, inplace }) => {
    if (!image.dtype.includes('float')) {
      fail('transforms.normalize', 'image', 'a floating-point tensor (see toTensor)', image.dtype)
    }
    const centered = inplace
      ? image.sub_(constant(image, 'mean', mean))
      : image.sub(constant(image, 'mean', mean))
    return centered.div_(constant(image, 'std', std))
  },
)

function perChannel(param: string, values: number | readonly number[]): readonly number[] {
  const list: readonly unknown[] = Array.isArray(values) ? values : [values]
  if (list.length === 0) fail('transforms.normalize', param, 'one number per channel', values)
  return list.map((value) => checkNumber('transforms.normalize', param, value))
}

function constant(image: Tensor, param: string, values: readonly number[]): Tensor {
  const channels = image.size(-3)
  if (values.length !== 1 && values.length !== channels) {
    fail('transforms.normalize', param, `1 or ${channels} numbers, as many as channels,`, values)
  }
  const { dtype, device } = image
  return torch.tensor([...values], { dtype, device }).reshape([-1, 1, 1])
}
