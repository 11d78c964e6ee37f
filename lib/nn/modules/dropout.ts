// Dropout of elements and of whole channels; the identity in evaluation.

import { flag, real } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'

const fields = { p: real(0.5, { min: 0, max: 1 }), inplace: flag() }
const layout = 'p inplace'
type Positions = [p?: number, inplace?: boolean]

/** Zeroes elements at random while training. Made by {@link dropout}. */
export class Dropout extends nativeLayer('Dropout', fields, layout) {}
/**
 * While training, zeroes each element with probability `p` and scales the others by 1/(1 − p); the identity in
 * evaluation (Srivastava et al. 2014). PyTorch's `nn.Dropout`.
 */
export const dropout: Maker<typeof Dropout, Positions> = maker('dropout', Dropout)

/** Zeroes channels of sequences at random. Made by {@link dropout1d}. */
export class Dropout1d extends nativeLayer('Dropout1d', fields, layout) {}
/** {@link dropout} of whole channels of [N, C, L] or [C, L]. PyTorch's `nn.Dropout1d`. */
export const dropout1d: Maker<typeof Dropout1d, Positions> = maker('dropout1d', Dropout1d)

/** Zeroes channels of images at random. Made by {@link dropout2d}. */
export class Dropout2d extends nativeLayer('Dropout2d', fields, layout) {}
/** {@link dropout} of whole channels of [N, C, H, W]. PyTorch's `nn.Dropout2d`. */
export const dropout2d: Maker<typeof Dropout2d, Positions> = maker('dropout2d', Dropout2d)

/** Zeroes channels of volumes at random. Made by {@link dropout3d}. */
export class Dropout3d extends nativeLayer('Dropout3d', fields, layout) {}
/** {@link dropout} of whole channels of [N, C, D, H, W] or [C, D, H, W]. PyTorch's `nn.Dropout3d`. */
export const dropout3d: Maker<typeof Dropout3d, Positions> = maker('dropout3d', Dropout3d)

/** Dropout that keeps mean and variance. Made by {@link alphaDropout}. */
export class AlphaDropout extends nativeLayer('AlphaDropout', fields, layout) {}
/** Dropout for `selu`: keeps mean 0 and variance 1 (Klambauer et al. 2017). PyTorch's `nn.AlphaDropout`. */
export const alphaDropout: Maker<typeof AlphaDropout, Positions> = maker(
  'alphaDropout',
  AlphaDropout,
)

/** Alpha dropout of channels. Made by {@link featureAlphaDropout}. */
export class FeatureAlphaDropout extends nativeLayer('FeatureAlphaDropout', fields, layout) {}
/** {@link alphaDropout} of whole channels. PyTorch's `nn.FeatureAlphaDropout`. */
export const featureAlphaDropout: Maker<typeof FeatureAlphaDropout, Positions> = maker(
  'featureAlphaDropout',
  FeatureAlphaDropout,
)
