// Tensors as text, character for character as PyTorch prints them with its default options
// (torch/_tensor_str.py describes them: 4 digits, 80 columns, more than 1000 elements summarized).

import { native } from '../native.js'
import type { TypedArray } from './create.js'
import { defaultDtypeName } from './default-dtype.js'
import type { Tensor } from './tensor.js'
import { typedArrayOf } from './values.js'

const PRECISION = 4
const LINE_WIDTH = 80
/** Tensors with more elements show only the edges of each dimension. */
const THRESHOLD = 1000
const EDGE_ITEMS = 3

/**
 * Of two neighbours that JavaScript finds equally near it takes the larger one, C the even one. `digits` is the
 * number written exactly; `rounded` is JavaScript's choice for it, one unit too high if it is odd.
 */
function isTie(digits: string): boolean {
  return /^50*$/.test(digits)
}

const lastDigitIsOdd = (text: string): boolean => /[13579]$/.test(text)

/** C's `%.4f`. */
function fixed(value: number, precision: number): string {
  if (Object.is(value, -0)) return `-${fixed(0, precision)}`
  const text = value.toFixed(precision)
  // Only a value with few bits can lie exactly in the middle.
  if (!Number.isInteger(value * 2 ** (precision + 1)) || Number.isInteger(value)) return text
  const exact = Math.abs(value).toFixed(precision + 40)
  const cut = exact.length - 40
  if (!isTie(exact.slice(cut)) || !lastDigitIsOdd(text)) return text
  return (value < 0 ? '-' : '') + exact.slice(0, cut).replace(/\.$/, '')
}

/** C's `%.4e`: an exponent of at least two digits. */
function scientific(value: number, precision: number): string {
  let [mantissa, exponent] = value.toExponential(precision).split('e') as [string, string]
  const [exact, exactExponent] = value.toExponential(60).split('e') as [string, string]
  const cut = exact.length - (60 - precision)
  if (exponent === exactExponent && isTie(exact.slice(cut)) && lastDigitIsOdd(mantissa)) {
    mantissa = exact.slice(0, cut)
  }
  exponent = exponent.replace(/^([+-])(\d)$/, '$10$2')
  return `${mantissa}e${exponent}`
}

function nonFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  return value > 0 ? 'inf' : '-inf'
}

type Format = (value: number | bigint) => string

interface Formatter {
  width: number
  format: Format
}

const padded = (width: number, format: Format): Formatter => ({
  width,
  format: (value) => format(value).padStart(width),
})

const widest = (values: Iterable<number | bigint>, format: Format): number => {
  let width = 1
  for (const value of values) width = Math.max(width, format(value).length)
  return width
}

/** Chooses plain, integral or scientific notation for all values together. */
function floatFormatter(values: readonly number[]): Formatter {
  const shown = values.filter((value) => Number.isFinite(value) && value !== 0)
  const withNonFinite =
    (format: (value: number) => string): Format =>
    (value) =>
      Number.isFinite(value) ? format(value as number) : nonFinite(value as number)
  const dotted = withNonFinite((value) => `${fixed(value, 0)}.`)
  if (shown.length === 0) return padded(1, dotted)

  let min = Number.POSITIVE_INFINITY
  let max = 0
  for (const value of shown) {
    const magnitude = Math.abs(value)
    min = Math.min(min, magnitude)
    max = Math.max(max, magnitude)
  }
  const integral = shown.every((value) => Number.isInteger(value))
  const wide = max / min > 1000 || max > 1e8
  if (wide || (!integral && min < 1e-4)) {
    const format = withNonFinite((value) => scientific(value, PRECISION))
    return padded(widest(shown, format), format)
  }
  if (integral) return padded(widest(shown, dotted), dotted)
  const format = withNonFinite((value) => fixed(value, PRECISION))
  return padded(widest(shown, format), format)
}

/** The part of a large tensor that is printed: the edges of each long dimension. */
function edges(tensor: Tensor): Tensor {
  let result = tensor
  tensor.shape.forEach((size, dim) => {
    if (size <= 2 * EDGE_ITEMS) return
    const first = result.narrow(dim, 0, EDGE_ITEMS)
    const last = result.narrow(dim, size - EDGE_ITEMS, EDGE_ITEMS)
    result = concatenate([first, last], dim)
  })
  return result
}

let concatenate: (tensors: Tensor[], dim: number) => Tensor

/** lib/torch/index.ts hands over `torch.cat`, which stands above this file. */
export function onConcatenate(cat: (tensors: Tensor[], dim: number) => Tensor): void {
  concatenate = cat
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
): string {
  let next = 0
  const gap = (size: number, depth: number): number | undefined =>
    size < (full[depth] as number) ? EDGE_ITEMS : undefined

  const row = (size: number, depth: number, indent: number): string => {
    const perLine = Math.max(1, Math.floor((LINE_WIDTH - indent) / (width + 2)))
    const cells = Array.from({ length: size }, () => text(next++))
    const elided = gap(size, depth)
    if (elided !== undefined) cells.splice(elided, 0, ' ...')
    const lines: string[] = []
    for (let i = 0; i < cells.length; i += perLine)
      lines.push(cells.slice(i, i + perLine).join(', '))
    return `[${lines.join(`,\n${' '.repeat(indent + 1)}`)}]`
  }

  const block = (depth: number, indent: number): string => {
    const size = shape[depth] as number
    if (depth === shape.length - 1) return row(size, depth, indent)
    const parts = Array.from({ length: size }, () => block(depth + 1, indent + 1))
    const elided = gap(size, depth)
    if (elided !== undefined) parts.splice(elided, 0, '...')
    const lines = '\n'.repeat(shape.length - depth - 1)
    return `[${parts.join(`,${lines}${' '.repeat(indent + 1)}`)}]`
  }

  return shape.length === 0 ? text(0) : block(0, 'tensor('.length)
}

function body(tensor: Tensor): string {
  const whole = tensor.layout === 'strided' ? tensor.detach() : tensor.detach().toDense()
  const shown = whole.numel() > THRESHOLD ? edges(whole) : whole
  const { width, text } = elementTexts(shown, typedArrayOf(shown))
  return layOut(shown.shape, whole.shape, width, text)
}

function tuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
}

/** What follows the values: whatever cannot be seen from them. */
function suffixes(tensor: Tensor, hasValues: boolean): string[] {
  const result: string[] = []
  const defaultDtype = defaultDtypeName()
  const obvious: string[] = hasValues
    ? [defaultDtype, defaultDtype === 'float64' ? 'complex128' : 'complex64', 'int64', 'bool']
    : [defaultDtype]
  if (tensor.device !== 'cpu') result.push(`device='${tensor.device}'`)
  if (!hasValues && (tensor.device === 'meta' || tensor.dim() !== 1)) {
    result.push(`size=${tuple(tensor.shape)}`)
  }
  if (!obvious.includes(tensor.dtype)) result.push(`dtype=torch.${tensor.dtype}`)
  if (tensor.layout !== 'strided') result.push(`layout=torch.${tensor.layout}`)
  const gradFn = tensor.gradFnName
  if (gradFn !== null) result.push(`grad_fn=<${gradFn}>`)
  else if (tensor.requiresGrad) result.push('requires_grad=True')
  return result
}

/** PyTorch's `repr(tensor)`. */
export function formatTensor(tensor: Tensor): string {
  const gradWas = native.setGradEnabled(false)
  try {
    const meta = tensor.device === 'meta'
    const hasValues = !meta && tensor.numel() > 0
    const values = meta ? '...' : hasValues ? body(tensor) : '[]'
    const indent = 'tensor('.length
    let text = `tensor(${values}`
    let column = values.length - values.lastIndexOf('\n') + 1
    for (const suffix of suffixes(tensor, hasValues)) {
      if (column + suffix.length + 2 > LINE_WIDTH) {
        text += `,\n${' '.repeat(indent)}${suffix}`
        column = indent + suffix.length
      } else {
        text += `, ${suffix}`
        column += suffix.length + 2
      }
    }
    return `${text})`
  } finally {
    native.setGradEnabled(gradWas)
  }
}
