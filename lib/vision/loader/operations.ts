// The transforms that the native loader knows, as the numbers that native/image/program.h reads.

import type { PadSettings, Sides } from '../transforms/pad.js'
import { resizedSize } from '../transforms/resize.js'
import type { HeightWidth } from '../transforms/size.js'
import type { table } from '../transforms/table.js'
import type { Transform } from '../transforms/transform.js'

type Table = typeof table

/** The settings of a transform, as its step has them. */
type ParamsOf<Name extends keyof Table> =
  Table[Name] extends Transform<infer _A, infer P> ? P : never

/** The types of batches that the native loader writes. */
export type BatchType = 'uint8' | 'float32' | 'bfloat16'

/** What a step is to the native loader. */
export interface Operation {
  /** The number of the operation and its values. */
  readonly code: readonly number[]
  /** The size of the picture after it, where that is the same for all pictures. */
  readonly size: HeightWidth | undefined
  /** Whether it draws random numbers. */
  readonly draws: boolean
  /** Whether it only moves pixels or leaves some out, so that it may change places with what is done to values. */
  readonly moves: boolean
}

/** Turns the settings of a step into an operation on pictures of type `from`; `size` is theirs, if they have one. */
type Compile<P> = (
  params: P,
  size: HeightWidth | undefined,
  from: BatchType,
) => Operation | undefined

const Code = {
  resizeShorter: 1,
  resize: 2,
  crop: 3,
  centerCrop: 4,
  randomResizedCrop: 5,
  flipX: 6,
  flipY: 7,
  brightness: 8,
  contrast: 9,
  saturation: 10,
  hue: 11,
  colorJitter: 12,
  grayscale: 13,
  toFloat: 14,
  normalize: 15,
  pad: 16,
  randomCrop: 17,
  randomGrayscale: 18,
  randomErasing: 19,
  invert: 20,
  solarize: 21,
  posterize: 22,
  autocontrast: 23,
  equalize: 24,
  sharpness: 25,
} as const

/** A probability that stands for "always, without drawing". */
const ALWAYS = -1

/** An operation that has a stream of random numbers and changes nothing. */
export const DRAW_NOTHING: readonly number[] = [Code.flipX, 0]

const geometry = (code: readonly number[], size: HeightWidth | undefined): Operation => ({
  code,
  size,
  draws: false,
  moves: false,
})

const flip =
  (code: number, draws: boolean): Compile<{ readonly p?: number }> =>
  ({ p = ALWAYS }, size) => ({ code: [code, p], size, draws, moves: true })

const adjustment =
  (code: number): Compile<{ readonly factor: number }> =>
  ({ factor }, size) =>
    geometry([code, factor], size)

/** One channel is another shape than what the loader makes. */
const grey: Compile<{ readonly numOutputChannels: 1 | 3 }> = ({ numOutputChannels }, size) =>
  numOutputChannels === 3 ? geometry([Code.grayscale], size) : undefined

/** A change of tones, with a probability or always; `settings` is undefined for what is not native. */
const tone =
  <P extends object>(
    code: number,
    settings: (params: P, from: BatchType) => readonly number[] | undefined = () => [],
  ): Compile<P & { readonly p?: number }> =>
  (params, size, from) => {
    const values = settings(params, from)
    const { p = ALWAYS } = params
    return values && { code: [code, p, ...values], size, draws: p !== ALWAYS, moves: false }
  }

/** A threshold above white is an error, which names the file where it is a step for single pictures. */
const threshold = (params: { readonly threshold: number }, from: BatchType) =>
  params.threshold > (from === 'uint8' ? 0xff : 1) ? undefined : [params.threshold]

const bits = (params: { readonly bits: number }) => [params.bits]

/** Of pictures of bytes only. */
const ofBytes =
  <P>(settings: (params: P) => readonly number[]) =>
  (params: P, from: BatchType) =>
    from === 'uint8' ? settings(params) : undefined

const nothing = ofBytes(() => [])

const factor = ofBytes((params: { readonly factor: number }) => [params.factor])

const isNative = ({ interpolation, antialias }: { interpolation: string; antialias: boolean }) =>
  interpolation === 'bilinear' && antialias

const inside = (size: HeightWidth | undefined, bottom: number, right: number): boolean =>
  size !== undefined && bottom <= size[0] && right <= size[1]

const threeOf = (values: readonly number[]): readonly number[] =>
  values.length === 1 ? [0, 1, 2].map(() => values[0] as number) : values

/** What lies outside a picture, in the order of native/image/canvas.h. */
const BORDERS = ['constant', 'edge', 'reflect', 'symmetric'] as const

/** The sides, mode and fill of a padding; undefined for a fill that bytes do not hold, or not of three channels. */
function border(
  { left, top, right, bottom }: Sides,
  { fill, paddingMode }: PadSettings,
): readonly number[] | undefined {
  const isByte = (value: number) => Number.isInteger(value) && value >= 0 && value <= 0xff
  const colour = threeOf(fill)
  if (colour.length !== 3 || !colour.every(isByte)) return undefined
  return [left, top, right, bottom, BORDERS.indexOf(paddingMode), ...colour]
}

const JITTERS = ['brightness', 'contrast', 'saturation', 'hue'] as const

const OPERATIONS: { readonly [Name in keyof Table]?: Compile<ParamsOf<Name>> } = {
  resize: ({ size, maxSize, ...interpolation }, from) => {
    if (!isNative(interpolation)) return undefined
    if (size?.[1] !== undefined)
      return geometry([Code.resize, size[0], size[1]], [size[0], size[1]])
    if (from !== undefined) {
      const to = resizedSize(from[0], from[1], size, maxSize)
      return geometry([Code.resize, ...to], to)
    }
    if (size === null) return undefined
    return geometry([Code.resizeShorter, size[0], maxSize ?? 0], undefined)
  },
  crop: ({ top, left, height, width }, size) => ({
    ...geometry([Code.crop, top, left, height, width], [height, width]),
    moves: top >= 0 && left >= 0 && inside(size, top + height, left + width),
  }),
  centerCrop: ({ size: [height, width] }, size) => ({
    ...geometry([Code.centerCrop, height, width], [height, width]),
    moves: inside(size, height, width),
  }),
  resizedCrop: ({ top, left, height, width, size, ...interpolation }) => {
    if (!isNative(interpolation)) return undefined
    const to = resizedSize(height, width, size)
    return geometry([Code.crop, top, left, height, width, Code.resize, ...to], to)
  },
  randomResizedCrop: ({ size, scale, ratio, ...interpolation }) => {
    if (!isNative(interpolation)) return undefined
    const code = [Code.randomResizedCrop, ...size, ...scale, ...ratio]
    return { ...geometry(code, size), draws: true }
  },
  horizontalFlip: flip(Code.flipX, false),
  verticalFlip: flip(Code.flipY, false),
  randomHorizontalFlip: flip(Code.flipX, true),
  randomVerticalFlip: flip(Code.flipY, true),
  adjustBrightness: adjustment(Code.brightness),
  adjustContrast: adjustment(Code.contrast),
  adjustSaturation: adjustment(Code.saturation),
  adjustHue: adjustment(Code.hue),
  colorJitter: (ranges, size) => {
    const values = JITTERS.flatMap((name) => {
      const range = ranges[name]
      return range === undefined ? [0, 0, 0] : [1, ...range]
    })
    return { ...geometry([Code.colorJitter, ...values], size), draws: true }
  },
  pad: ({ fill, paddingMode, ...around }, size) => {
    const code = border(around, { fill, paddingMode })
    const { left, top, right, bottom } = around
    const to = size && ([size[0] + top + bottom, size[1] + left + right] as const)
    return code && geometry([Code.pad, ...code], to)
  },
  randomCrop: ({ size, padding, padIfNeeded, ...settings }) => {
    const code = border(padding, settings)
    return (
      code && {
        ...geometry([Code.randomCrop, ...size, ...code, Number(padIfNeeded)], size),
        draws: true,
      }
    )
  },
  randomGrayscale: ({ p }, size) => ({
    ...geometry([Code.randomGrayscale, p], size),
    draws: true,
  }),
  randomErasing: ({ p, scale, ratio, value }, size, from) => {
    // Noise is torch's own, and other numbers than a byte holds become what its cast makes of them.
    if (value === 'random' || threeOf(value).length !== 3) return undefined
    const isByte = (number: number) => number >= 0 && Math.fround(number) < 0x100
    if (from === 'uint8' && !value.every(isByte)) return undefined
    const code = [Code.randomErasing, p, ...scale, ...ratio, ...threeOf(value)]
    return { ...geometry(code, size), draws: true }
  },
  invert: tone(Code.invert),
  randomInvert: tone(Code.invert),
  solarize: tone(Code.solarize, threshold),
  randomSolarize: tone(Code.solarize, threshold),
  posterize: tone(Code.posterize, bits),
  randomPosterize: tone(Code.posterize, bits),
  autocontrast: tone(Code.autocontrast),
  randomAutocontrast: tone(Code.autocontrast),
  equalize: tone(Code.equalize, nothing),
  randomEqualize: tone(Code.equalize, nothing),
  adjustSharpness: tone(Code.sharpness, factor),
  randomAdjustSharpness: tone(Code.sharpness, factor),
  grayscale: grey,
  rgbToGrayscale: grey,
}

/** Native code takes no larger numbers, so that no arithmetic on sizes leaves the range of its integers. */
const LARGEST = 2 ** 24

const fits = (operation: { readonly code: readonly number[] } | undefined): boolean =>
  operation?.code.every((value) => Math.abs(value) <= LARGEST) === true

/** What a step is to the native loader, on pictures of type `from`; undefined if it is nothing there. */
export function operationOf(
  name: string,
  params: object,
  size: HeightWidth | undefined,
  from: BatchType,
): Operation | undefined {
  if (!Object.hasOwn(OPERATIONS, name)) return undefined
  const compile = OPERATIONS[name as keyof Table] as Compile<object>
  const operation = compile(params, size, from)
  return fits(operation) ? operation : undefined
}

/** What a step on single values is to the native loader. */
export interface ValueOperation {
  /** The number of the operation and its values; empty for one that changes nothing. */
  readonly code: readonly number[]
  /** The type of the picture after it. */
  readonly dtype: BatchType
}

/** How bytes become floating-point numbers. */
const FROM_BYTES = { dividedBy255: 0, timesReciprocal: 1, unscaled: 2 } as const

function converted(from: BatchType, to: string, scale: boolean): ValueOperation | undefined {
  if (from === to) return { code: [], dtype: from }
  if (from === 'float32' && to === 'bfloat16') return { code: [], dtype: to }
  if (from !== 'uint8' || to !== 'float32') return undefined
  const how = scale ? FROM_BYTES.timesReciprocal : FROM_BYTES.unscaled
  return { code: [Code.toFloat, how], dtype: to }
}

type CompileValues<P> = (params: P, from: BatchType) => ValueOperation | undefined

const VALUE_OPERATIONS: { readonly [Name in keyof Table]?: CompileValues<ParamsOf<Name>> } = {
  toTensor: (_, from) =>
    from === 'uint8'
      ? { code: [Code.toFloat, FROM_BYTES.dividedBy255], dtype: 'float32' }
      : { code: [], dtype: from },
  toDtype: ({ dtype, scale }, from) => converted(from, dtype, scale),
  convertImageDtype: ({ dtype }, from) => converted(from, dtype, true),
  normalize: ({ mean, std }, from) => {
    // Where it fails, it fails as a step for single pictures, with the name of a file.
    if (from !== 'float32' || threeOf(mean).length !== 3 || threeOf(std).length !== 3)
      return undefined
    return { code: [Code.normalize, ...threeOf(mean), ...threeOf(std)], dtype: from }
  },
}

/** What a step on single values is to the native loader, on pictures of type `from`; undefined if it is nothing there. */
export function valueOperationOf(
  name: string,
  params: object,
  from: BatchType,
): ValueOperation | undefined {
  if (!Object.hasOwn(VALUE_OPERATIONS, name)) return undefined
  const compile = VALUE_OPERATIONS[name as keyof Table] as CompileValues<object>
  const operation = compile(params, from)
  return fits(operation) ? operation : undefined
}
