// Module trees as text, laid out as PyTorch prints them.

import type { Module } from './module.js'

const indent = (text: string): string => text.replaceAll('\n', '\n  ')

/** PyTorch's `repr(module)`. */
export function formatModule(module: Module): string {
  const name = module.constructor.name
  const extra = module.extraRepr()
  const children = module
    .namedChildren()
    .map(([child, value]) => `(${child}): ${indent(formatModule(value))}`)
  if (children.length === 0) return `${name}(${extra})`
  const lines = extra === '' ? children : [extra, ...children]
  return `${name}(\n  ${lines.join('\n  ')}\n)`
}

/** A Python tuple: `(3, 3)`, `(1,)`. */
export const tuple = (values: readonly (number | null)[]): string => {
  const words = values.map((value) => (value === null ? 'None' : String(value)))
  return words.length === 1 ? `(${words[0]},)` : `(${words.join(', ')})`
}

/** A Python bool. */
export const bool = (value: boolean): string => (value ? 'True' : 'False')

/** A Python float: `1e-05`, `0.1`. */
export function float(value: number): string {
  if (Number.isInteger(value)) return `${value}.0`
  const text = String(value)
  if (!text.includes('e') && Math.abs(value) >= 1e-4) return text
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}
