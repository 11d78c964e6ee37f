// Padding layers. The padding is one number for all sides, or for each dimension from the last to the first one
// number before and one after: [left, right, top, bottom].

import { real, type Sizes, sizes } from '../fields.js'
import { type Maker, maker, nativeLayer } from '../layer.js'

const sides = (dims: number) => ({ padding: sizes(2 * dims) })
const valued = (dims: number) => ({ ...sides(dims), value: real() })

type Positions = [padding: Sizes]
type ValuePositions = [padding: Sizes, value: number]

/** Pads with zeros. Made by {@link zeroPad1d}. */
export class ZeroPad1d extends nativeLayer('ZeroPad1d', sides(1), '!padding') {}
/** Pads [N, C, L] or [C, L] with zeros. PyTorch's `nn.ZeroPad1d`. */
export const zeroPad1d: Maker<typeof ZeroPad1d, Positions> = maker('zeroPad1d', ZeroPad1d)

/** Pads with zeros. Made by {@link zeroPad2d}. */
export class ZeroPad2d extends nativeLayer('ZeroPad2d', sides(2), '!padding') {}
/** Pads [N, C, H, W] or [C, H, W] with zeros. PyTorch's `nn.ZeroPad2d`. */
export const zeroPad2d: Maker<typeof ZeroPad2d, Positions> = maker('zeroPad2d', ZeroPad2d)

/** Pads with zeros. Made by {@link zeroPad3d}. */
export class ZeroPad3d extends nativeLayer('ZeroPad3d', sides(3), '!padding') {}
/** Pads [N, C, D, H, W] or [C, D, H, W] with zeros. PyTorch's `nn.ZeroPad3d`. */
export const zeroPad3d: Maker<typeof ZeroPad3d, Positions> = maker('zeroPad3d', ZeroPad3d)

/** Pads with its mirror image. Made by {@link reflectionPad1d}. */
export class ReflectionPad1d extends nativeLayer('ReflectionPad1d', sides(1), '!padding') {}
/** Pads [N, C, L] or [C, L] with its mirror image, the edge not repeated. PyTorch's `nn.ReflectionPad1d`. */
export const reflectionPad1d: Maker<typeof ReflectionPad1d, Positions> = maker(
  'reflectionPad1d',
  ReflectionPad1d,
)

/** Pads with its mirror image. Made by {@link reflectionPad2d}. */
export class ReflectionPad2d extends nativeLayer('ReflectionPad2d', sides(2), '!padding') {}
/** Pads [N, C, H, W] or [C, H, W] with its mirror image, the edge not repeated. PyTorch's `nn.ReflectionPad2d`. */
export const reflectionPad2d: Maker<typeof ReflectionPad2d, Positions> = maker(
  'reflectionPad2d',
  ReflectionPad2d,
)

/** Pads with its mirror image. Made by {@link reflectionPad3d}. */
export class ReflectionPad3d extends nativeLayer('ReflectionPad3d', sides(3), '!padding') {}
/** Pads [N, C, D, H, W] or [C, D, H, W] with its mirror image, the edge not repeated. PyTorch's `nn.ReflectionPad3d`. */
export const reflectionPad3d: Maker<typeof ReflectionPad3d, Positions> = maker(
  'reflectionPad3d',
  ReflectionPad3d,
)

/** Pads with its edge. Made by {@link replicationPad1d}. */
export class ReplicationPad1d extends nativeLayer('ReplicationPad1d', sides(1), '!padding') {}
/** Pads [N, C, L] or [C, L] with its edge, repeated. PyTorch's `nn.ReplicationPad1d`. */
export const replicationPad1d: Maker<typeof ReplicationPad1d, Positions> = maker(
  'replicationPad1d',
  ReplicationPad1d,
)

/** Pads with its edge. Made by {@link replicationPad2d}. */
export class ReplicationPad2d extends nativeLayer('ReplicationPad2d', sides(2), '!padding') {}
/** Pads [N, C, H, W] or [C, H, W] with its edge, repeated. PyTorch's `nn.ReplicationPad2d`. */
export const replicationPad2d: Maker<typeof ReplicationPad2d, Positions> = maker(
  'replicationPad2d',
  ReplicationPad2d,
)

/** Pads with its edge. Made by {@link replicationPad3d}. */
export class ReplicationPad3d extends nativeLayer('ReplicationPad3d', sides(3), '!padding') {}
/** Pads [N, C, D, H, W] or [C, D, H, W] with its edge, repeated. PyTorch's `nn.ReplicationPad3d`. */
export const replicationPad3d: Maker<typeof ReplicationPad3d, Positions> = maker(
  'replicationPad3d',
  ReplicationPad3d,
)

/** Pads with its other end. Made by {@link circularPad1d}. */
export class CircularPad1d extends nativeLayer('CircularPad1d', sides(1), '!padding') {}
/** Pads [N, C, L] or [C, L] with its other end. PyTorch's `nn.CircularPad1d`. */
export const circularPad1d: Maker<typeof CircularPad1d, Positions> = maker(
  'circularPad1d',
  CircularPad1d,
)

/** Pads with its other end. Made by {@link circularPad2d}. */
export class CircularPad2d extends nativeLayer('CircularPad2d', sides(2), '!padding') {}
/** Pads [N, C, H, W] or [C, H, W] with its other end. PyTorch's `nn.CircularPad2d`. */
export const circularPad2d: Maker<typeof CircularPad2d, Positions> = maker(
  'circularPad2d',
  CircularPad2d,
)

/** Pads with its other end. Made by {@link circularPad3d}. */
export class CircularPad3d extends nativeLayer('CircularPad3d', sides(3), '!padding') {}
/** Pads [N, C, D, H, W] or [C, D, H, W] with its other end. PyTorch's `nn.CircularPad3d`. */
export const circularPad3d: Maker<typeof CircularPad3d, Positions> = maker(
  'circularPad3d',
  CircularPad3d,
)

/** Pads with a value. Made by {@link constantPad1d}. */
export class ConstantPad1d extends nativeLayer('ConstantPad1d', valued(1), 'padding value') {}
/** Pads [N, C, L] or [C, L] with `value`. PyTorch's `nn.ConstantPad1d`. */
export const constantPad1d: Maker<typeof ConstantPad1d, ValuePositions> = maker(
  'constantPad1d',
  ConstantPad1d,
)

/** Pads with a value. Made by {@link constantPad2d}. */
export class ConstantPad2d extends nativeLayer('ConstantPad2d', valued(2), 'padding value') {}
/** Pads [N, C, H, W] or [C, H, W] with `value`. PyTorch's `nn.ConstantPad2d`. */
export const constantPad2d: Maker<typeof ConstantPad2d, ValuePositions> = maker(
  'constantPad2d',
  ConstantPad2d,
)

/** Pads with a value. Made by {@link constantPad3d}. */
export class ConstantPad3d extends nativeLayer('ConstantPad3d', valued(3), 'padding value') {}
/** Pads [N, C, D, H, W] or [C, D, H, W] with `value`. PyTorch's `nn.ConstantPad3d`. */
export const constantPad3d: Maker<typeof ConstantPad3d, ValuePositions> = maker(
  'constantPad3d',
  ConstantPad3d,
)
