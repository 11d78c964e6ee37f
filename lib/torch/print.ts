// Tensors as text, character for character as PyTorch prints them (torch/_tensor_str.py).

import { noGradSync } from '../autograd/modes.js'
import type { TypedArray } from './create.js'
import { defaultDtypeName } from './default-dtype.js'
import { makeFunction } from './dispatch.js'
import { floatFormatter, padded, widest } from './print-numbers.js'
import { printing } from './print-options.js'
import type { Tensor } from './tensor.js'
import { typedArrayOf } from './values.js'

const PREFIX = 'tensor('
const INDENT = PREFIX.length

const concatenate = makeFunction('cat', 'cat') as (tensors: Tensor[], dim: number) => Tensor
// Those without an underscore refuse a tensor that has not been coalesced.
const sparseIndices = makeFunction('toString', '_indices') as (tensor: Tensor) => Tensor
const sparseValues = makeFunction('toString', '_values') as (tensor: Tensor) => Tensor
const sparseCount = makeFunction('toString', '_nnz') as (tensor: Tensor) => number

/** The part of a large tensor that is printed: the edges of each long dimension. */
function edges(tensor: Tensor): Tensor {
  const { edgeitems } = printing
  let result = tensor
  tensor.shape.forEach((size, dim) => {
    if (size <= 2 * edgeitems) return
    const first = result.narrow(dim, 0, edgeitems)
    const last = result.narrow(dim, size - edgeitems, edgeitems)
    result = concatenate([first, last], dim)
  })
  return result
}

/** Text of element i. */
type ElementText = (i: number) => string

function elementTexts(tensor: Tensor, array: TypedArray): { width: number; text: ElementText } {
  if (tensor.dtype === 'bool') {
    const values = Array.from(array as Uint8Array, (value) => (value === 0 ? 'False' : 'True'))
    const width = values.reduce((longest, value) => Math.max(longest, value.length), 1)
    return { width, text: (i) => (values[i] as string).padStart(width) }
  }
  if (tensor.dtype.startsWith('complex')) return complexTexts(array as Float32Array)
  const floating = tensor.dtype.includes('float')
  const formatter = floating
    ? floatFormatter(Array.from(array as Float32Array))
    : padded(widest(array as Int32Array, String), String)
  return {
    width: formatter.width,
    text: (i) => formatter.format(array[i] as number | bigint),
  }
}

function complexTexts(array: Float32Array | Float64Array): { width: number; text: ElementText } {
  const numbers = Array.from(array)
  const real = floatFormatter(numbers.filter((_, i) => i % 2 === 0))
  const imaginary = floatFormatter(numbers.filter((_, i) => i % 2 === 1))
  return {
    width: real.width + imaginary.width + 1,
    text: (i) => {
      const im = `${imaginary.format(numbers[2 * i + 1] as number)}j`.trimStart()
      return `${real.format(numbers[2 * i] as number)}${/^[+-]/.test(im) ? '' : '+'}${im}`
    },
  }
}

/** Lays the elements out: rows of `shape`, with an ellipsis in each dimension that `full` shows to be longer. */
function layOut(
  shape: readonly number[],
  full: readonly number[],
  width: number,
  text: ElementText,
  indent: number,
): string {
  const { edgeitems, linewidth } = printing
  let next = 0
  const elide = (parts: string[], depth: number, ellipsis: string): void => {
    if (parts.length < (full[depth] as number)) parts.splice(edgeitems, 0, ellipsis)
  }

  const row = (size: number, depth: number, column: number): string => {
    const perLine = Math.max(1, Math.floor((linewidth - column) / (width + 2)))
    const cells = Array.from({ length: size }, () => text(next++))
    elide(cells, depth, ' ...')
    const lines: string[] = []
    for (let i = 0; i < cells.length; i += perLine) {
      lines.push(cells.slice(i, i + perLine).join(', '))
    }
    return `[${lines.join(`,\n${' '.repeat(column + 1)}`)}]`
  }

  const block = (depth: number, column: number): string => {
    const size = shape[depth] as number
    if (depth === shape.length - 1) return row(size, depth, column)
    const parts = Array.from({ length: size }, () => block(depth + 1, column + 1))
    elide(parts, depth, '...')
    const lines = '\n'.repeat(shape.length - depth - 1)
    return `[${parts.join(`,${lines}${' '.repeat(column + 1)}`)}]`
  }

  return shape.length === 0 ? text(0) : block(0, indent)
}

/** The values of a strided tensor, whose first bracket stands in column `indent`. */
function values(tensor: Tensor, indent: number): string {
  if (tensor.numel() === 0) return '[]'
  const summarized = tensor.numel() > printing.threshold
  if (summarized && printing.edgeitems === 0) return '[...]'
  const shown = summarized ? edges(tensor) : tensor
  const { width, text } = elementTexts(shown, typedArrayOf(shown))
  return layOut(shown.shape, tensor.shape, width, text, indent)
}

function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}

/** What makes up a tensor that is not strided, each by its name in the text. */
function parts(tensor: Tensor): [name: string, part: Tensor][] {
  switch (tensor.layout) {
    case 'sparse_csr':
    case 'sparse_bsr':
      return [
        ['crow_indices', tensor.crowIndices()],
        ['col_indices', tensor.colIndices()],
        ['values', tensor.values()],
      ]
    case 'sparse_csc':
    case 'sparse_bsc':
      return [
        ['ccol_indices', tensor.ccolIndices()],
        ['row_indices', tensor.rowIndices()],
        ['values', tensor.values()],
      ]
    default:
      return [
        ['indices', sparseIndices(tensor)],
        ['values', sparseValues(tensor)],
      ]
  }
}

function sparse(tensor: Tensor): string {
  const texts = parts(tensor).map(([name, part]) => {
    const start = `${name}=tensor(`
    const meta = part.device === 'meta'
    const text = meta ? '...' : values(part.detach(), INDENT + start.length)
    const size = meta || part.numel() === 0 ? `, size=${tuple(part.shape)}` : ''
    return `${start}${text}${size})`
  })
  return texts.join(`,\n${' '.repeat(INDENT)}`)
}

/** Python's `str(float)`. */
function pythonFloat(value: number): string {
  const [mantissa = '', exponent] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power >= -4 && power < 16) return Number.isInteger(value) ? `${value}.0` : String(value)
  return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
}

function quantization(tensor: Tensor): string[] {
  const perChannel = perChannelAxis(tensor)
  if (perChannel === undefined) {
    return [
      'quantization_scheme=torch.per_tensor_affine',
      `scale=${pythonFloat(tensor.qScale())}`,
      `zero_point=${tensor.qZeroPoint()}`,
    ]
  }
  const scales = tensor.qPerChannelScales()
  const points = tensor.qPerChannelZeroPoints()
  const scheme = points.dtype === 'int64' ? 'affine' : 'affine_float_qparams'
  return [
    `quantization_scheme=torch.per_channel_${scheme}`,
    `scale=${format(scales)}`,
    `zero_point=${format(points)}`,
    `axis=${perChannel}`,
  ]
}

function perChannelAxis(tensor: Tensor): number | undefined {
  try {
    return tensor.qPerChannelAxis()
  } catch {
    return undefined // it is quantized as a whole
  }
}

/** The text of the contents, and what follows it: whatever cannot be seen from them. */
function contents(tensor: Tensor): [text: string, suffixes: string[]] {
  const { dtype, layout, shape } = tensor
  const defaultDtype = defaultDtypeName()
  const obvious = [
    defaultDtype,
    defaultDtype === 'float64' ? 'complex128' : 'complex64',
    'int64',
    'bool',
  ]
  const meta = tensor.device === 'meta'
  const dtypeText = [`dtype=torch.${dtype}`]
  const unlessObvious = obvious.includes(dtype) ? [] : dtypeText
  const unlessDefault = dtype === defaultDtype ? [] : dtypeText
  const size = `size=${tuple(shape)}`

  if (layout.startsWith('sparse')) {
    const count = meta ? [] : [`nnz=${sparseCount(tensor)}`]
    return [sparse(tensor), [size, ...count, ...unlessObvious]]
  }
  if (/^qu?int/.test(dtype)) {
    const text = values(tensor.detach().dequantize(), INDENT)
    return [text, [size, ...dtypeText, ...quantization(tensor)]]
  }
  if (meta) return ['...', [size, ...unlessDefault]]
  const whole = layout === 'strided' ? tensor.detach() : tensor.detach().toDense()
  if (tensor.numel() === 0) return ['[]', [...(shape.length === 1 ? [] : [size]), ...unlessDefault]]
  return [values(whole, INDENT), [...(printing.edgeitems === 0 ? [size] : []), ...unlessObvious]]
}

function gradient(tensor: Tensor): string[] {
  const name = tensor.gradFnName
  if (name !== null) return [`grad_fn=<${name}>`]
  return tensor.requiresGrad ? ['requires_grad=True'] : []
}

function format(tensor: Tensor): string {
  const [text, suffixes] = contents(tensor)
  if (tensor.device !== 'cpu') suffixes.unshift(`device='${tensor.device}'`)
  const { layout } = tensor
  if (layout !== 'strided') {
    suffixes.push(`layout=torch.${layout === 'mkldnn' ? '_mkldnn' : layout}`)
  }
  suffixes.push(...gradient(tensor))

  let result = PREFIX + text
  let column = result.length - result.lastIndexOf('\n') + 1
  let newLine = layout === 'sparse_coo'
  for (const suffix of suffixes) {
    if (newLine || column + suffix.length + 2 > printing.linewidth) {
      result += `,\n${' '.repeat(INDENT)}${suffix}`
      column = INDENT + suffix.length
      newLine = false
    } else {
      result += `, ${suffix}`
      column += suffix.length + 2
    }
  }
  return `${result})`
}

/** PyTorch's `repr(tensor)`. */
export const formatTensor = (tensor: Tensor): string => noGradSync(() => format(tensor))
