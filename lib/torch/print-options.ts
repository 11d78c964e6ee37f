// How tensors are printed: PyTorch's print options.

import { checkBoolean, checkInteger, checkOneOf, checkOptions, fail } from '../check.js'

/** Options of {@link setPrintOptions}. */
export interface PrintOptions {
  /** Digits after the point; 4 by default. */
  precision?: number
  /** Tensors with more elements show only the edges of each dimension; 1000 by default, Infinity for never. */
  threshold?: number
  /** How many elements such an edge has; 3 by default. */
  edgeitems?: number
  /** Columns of a line; 80 by default. */
  linewidth?: number
  /** Starting values for the options above: `short` has 2 digits and edges of 2, `full` shows every element. */
  profile?: 'default' | 'short' | 'full'
  /** Whether to use scientific notation; null (or nothing) lets the values decide. */
  sciMode?: boolean | null
}

type Settings = Required<Omit<PrintOptions, 'profile'>>

const DEFAULT: Settings = {
  precision: 4,
  threshold: 1000,
  edgeitems: 3,
  linewidth: 80,
  sciMode: null,
}
const PROFILES: Record<NonNullable<PrintOptions['profile']>, Settings> = {
  default: DEFAULT,
  short: { ...DEFAULT, precision: 2, edgeitems: 2 },
  full: { ...DEFAULT, threshold: Number.POSITIVE_INFINITY },
}
const PROFILE_NAMES = ['default', 'short', 'full'] as const
const KEYS = ['precision', 'threshold', 'edgeitems', 'linewidth', 'profile', 'sciMode'] as const

/** What print.ts reads. */
export let printing: Readonly<Settings> = DEFAULT

/**
 * Sets how tensors are printed; options that are left out stay as they are, except that `sciMode` goes back to null.
 * PyTorch's `torch.set_printoptions`.
 *
 * @throws TypeError or RangeError that names the option
 * @example torch.setPrintOptions({ precision: 2, threshold: 50 })
 */
export function setPrintOptions(options: PrintOptions): void {
  const where = 'setPrintOptions'
  const { profile, sciMode = null, ...given } = checkOptions(where, options, KEYS)
  const next = { ...printing }
  if (profile !== undefined) {
    Object.assign(next, PROFILES[checkOneOf(where, 'profile', profile, PROFILE_NAMES)])
  }
  const { precision, threshold, edgeitems, linewidth } = given
  if (precision !== undefined) {
    next.precision = checkInteger(where, 'precision', precision, { min: 0, max: 50 })
  }
  if (threshold !== undefined) {
    if (typeof threshold !== 'number' || !(threshold >= 0)) {
      fail(where, 'threshold', 'a number of at least 0', threshold)
    }
    next.threshold = threshold
  }
  if (edgeitems !== undefined) {
    next.edgeitems = checkInteger(where, 'edgeitems', edgeitems, { min: 0 })
  }
  if (linewidth !== undefined) {
    next.linewidth = checkInteger(where, 'linewidth', linewidth, { min: 1 })
  }
  next.sciMode = sciMode === null ? null : checkBoolean(where, 'sciMode', sciMode)
  printing = next
}

/** The options now in force; `setPrintOptions` takes them back. PyTorch's `torch._tensor_str.get_printoptions`. */
export const getPrintOptions = (): Settings => ({ ...printing })
