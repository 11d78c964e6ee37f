// Matrix products of groups, and of narrow floats with scales.

import { checkOneOf } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import type { DType, Int } from '../../torch/types.js'
import { operator, type Rest, read } from './call.js'

/** Options of {@link groupedMm}. */
export interface GroupedMmOptions {
  /** Where each group ends in the dimension that the groups share, int32. */
  offs?: Tensor | null
  bias?: Tensor | null
  /** Element type of the result. */
  outDtype?: DType | null
}

const grouped = operator<
  (
    matA: Tensor,
    matB: Tensor,
    offs: Tensor | null,
    bias: Tensor | null,
    outDtype: DType | null,
  ) => Tensor
>('groupedMm', '_grouped_mm')

/**
 * Matrix products of groups of different sizes.
 * `torch.nn.functional.grouped_mm(mat_a, mat_b, *, offs=None, bias=None, out_dtype=None)`
 */
export function groupedMm(matA: Tensor, matB: Tensor, ...rest: Rest<GroupedMmOptions>): Tensor {
  const [offs = null, bias = null, outDtype = null] = read<
    [Tensor | null, Tensor | null, DType | null]
  >('groupedMm', ['offs', 'bias', 'outDtype'], rest, 0)
  return grouped(matA, matB, offs, bias, outDtype)
}

/** Over what one scale stretches, by number. PyTorch's `torch.nn.functional.ScalingType`. */
const SCALING_TYPES = [
  'TensorWise',
  'RowWise',
  'BlockWise1x16',
  'BlockWise1x32',
  'BlockWise1x128',
  'BlockWise128x128',
] as const

/** How scales lie in memory, by number. PyTorch's `torch.nn.functional.SwizzleType`. */
const SWIZZLE_TYPES = ['NO_SWIZZLE', 'SWIZZLE_32_4_4'] as const

export type ScalingType = (typeof SCALING_TYPES)[number]
export type SwizzleType = (typeof SWIZZLE_TYPES)[number]

/** Options of {@link scaledMm}. */
export interface ScaledMmOptions {
  swizzleA?: SwizzleType | readonly SwizzleType[] | null
  swizzleB?: SwizzleType | readonly SwizzleType[] | null
  bias?: Tensor | null
  /** Element type of the result, `'bfloat16'` by default. */
  outputDtype?: DType | null
  /** Dimensions of the matrices that are contracted, their inner ones by default. */
  contractionDim?: readonly Int[]
  /** Add up with less precision, faster. */
  useFastAccum?: boolean
}

/** Options of {@link scaledGroupedMm}. */
export interface ScaledGroupedMmOptions extends ScaledMmOptions {
  /** Where each group ends in the dimension that the groups share, int32. */
  offs?: Tensor | null
}

type Scales = Tensor | readonly Tensor[]
type Scalings = ScalingType | readonly ScalingType[]
type Swizzles = SwizzleType | readonly SwizzleType[] | null

const listOf = <T>(value: T | readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : [value as T]

/** The numbers behind one name or several. */
function numbersOf<T extends string>(
  where: string,
  param: string,
  value: T | readonly T[] | null,
  names: readonly T[],
): readonly number[] {
  if (value === null) return []
  return listOf(value).map((name) => names.indexOf(checkOneOf(where, param, name, names)))
}

type ScaledInputs = [
  matA: Tensor,
  matB: Tensor,
  scaleA: Scales,
  scaleRecipeA: Scalings,
  scaleB: Scales,
  scaleRecipeB: Scalings,
]
type ScaledTail = [bias: Tensor | null, dtype: DType | null, dims: readonly Int[], fast: boolean]
type ScaledHead = [
  matA: Tensor,
  matB: Tensor,
  scaleA: readonly Tensor[],
  recipeA: readonly number[],
  swizzleA: readonly number[],
  scaleB: readonly Tensor[],
  recipeB: readonly number[],
  swizzleB: readonly number[],
]
const scaled = operator<(...values: [...ScaledHead, ...ScaledTail]) => Tensor>(
  'scaledMm',
  '_scaled_mm_v2',
)
const scaledGrouped = operator<
  (...values: [...ScaledHead, offs: Tensor | null, ...ScaledTail]) => Tensor
>('scaledGroupedMm', '_scaled_grouped_mm_v2')

/** The arguments that the two scaled products share, as the operators take them. */
function scaledHead(
  where: string,
  [matA, matB, scaleA, scaleRecipeA, scaleB, scaleRecipeB]: ScaledInputs,
  swizzleA: Swizzles,
  swizzleB: Swizzles,
): ScaledHead {
  return [
    matA,
    matB,
    listOf(scaleA),
    numbersOf(where, 'scaleRecipeA', scaleRecipeA, SCALING_TYPES),
    numbersOf(where, 'swizzleA', swizzleA, SWIZZLE_TYPES),
    listOf(scaleB),
    numbersOf(where, 'scaleRecipeB', scaleRecipeB, SCALING_TYPES),
    numbersOf(where, 'swizzleB', swizzleB, SWIZZLE_TYPES),
  ]
}

type SwizzlePositions = [swizzleA?: Swizzles, swizzleB?: Swizzles, bias?: Tensor | null]
type TailPositions = [
  outputDtype?: DType | null,
  contractionDim?: readonly Int[],
  useFastAccum?: boolean,
]

/**
 * The product of two matrices of narrow floats, each with scales.
 * `torch.nn.functional.scaled_mm(mat_a, mat_b, scale_a, scale_recipe_a, scale_b, scale_recipe_b, swizzle_a=None,
 * swizzle_b=None, bias=None, output_dtype=torch.bfloat16, contraction_dim=(), use_fast_accum=False)`
 */
export function scaledMm(
  matA: Tensor,
  matB: Tensor,
  scaleA: Scales,
  scaleRecipeA: Scalings,
  scaleB: Scales,
  scaleRecipeB: Scalings,
  ...rest: Rest<ScaledMmOptions, [...SwizzlePositions, ...TailPositions]>
): Tensor {
  const where = 'scaledMm'
  const names = ['swizzleA', 'swizzleB', 'bias', 'outputDtype', 'contractionDim', 'useFastAccum']
  const [
    swizzleA = null,
    swizzleB = null,
    bias = null,
    outputDtype = 'bfloat16',
    contractionDim = [],
    useFastAccum = false,
  ] = read<Required<[...SwizzlePositions, ...TailPositions]>>(where, names, rest)
  const inputs: ScaledInputs = [matA, matB, scaleA, scaleRecipeA, scaleB, scaleRecipeB]
  return scaled(
    ...scaledHead(where, inputs, swizzleA, swizzleB),
    bias,
    outputDtype,
    contractionDim,
    useFastAccum,
  )
}

/**
 * {@link groupedMm} of matrices of narrow floats, each with scales; CUDA only.
 * `torch.nn.functional.scaled_grouped_mm(mat_a, mat_b, scale_a, scale_recipe_a, scale_b, scale_recipe_b,
 * swizzle_a=None, swizzle_b=None, bias=None, offs=None, output_dtype=torch.bfloat16, contraction_dim=(),
 * use_fast_accum=False)`
 */
export function scaledGroupedMm(
  matA: Tensor,
  matB: Tensor,
  scaleA: Scales,
  scaleRecipeA: Scalings,
  scaleB: Scales,
  scaleRecipeB: Scalings,
  ...rest: Rest<
    ScaledGroupedMmOptions,
    [...SwizzlePositions, offs?: Tensor | null, ...TailPositions]
  >
): Tensor {
  const where = 'scaledGroupedMm'
  const names = [
    'swizzleA',
    'swizzleB',
    'bias',
    'offs',
    'outputDtype',
    'contractionDim',
    'useFastAccum',
  ]
  const [
    swizzleA = null,
    swizzleB = null,
    bias = null,
    offs = null,
    outputDtype = 'bfloat16',
    contractionDim = [],
    useFastAccum = false,
  ] = read<Required<[...SwizzlePositions, offs?: Tensor | null, ...TailPositions]>>(
    where,
    names,
    rest,
  )
  const inputs: ScaledInputs = [matA, matB, scaleA, scaleRecipeA, scaleB, scaleRecipeB]
  return scaledGrouped(
    ...scaledHead(where, inputs, swizzleA, swizzleB),
    offs,
    bias,
    outputDtype,
    contractionDim,
    useFastAccum,
  )
}
