// Module trees as text, laid out as PyTorch prints them.

import { ownMembers } from './members.js'
import type { Module } from './module.js'

const indent = (text: string): string => text.replaceAll('\n', '\n  ')

/** PyTorch's `repr(module)`. */
export function formatModule(module: Module): string {
  const extra = module.extraRepr()
  const children = [...ownMembers(module).children].map(
    ([name, child]) => `(${name}): ${indent(String(child))}`,
  )
  return formatParts(module.constructor.name, extra === '' ? [] : extra.split('\n'), children)
}

/** A module's name with what it says of itself and the texts of its children. */
export function formatParts(
  name: string,
  extra: readonly string[],
  children: readonly string[],
): string {
  const lines = [...extra, ...children]
  if (lines.length === 0) return `${name}()`
  if (lines.length === 1 && children.length === 0) return `${name}(${extra[0]})`
  return `${name}(\n  ${lines.join('\n  ')}\n)`
}

/** Modules by position: equal neighbours are printed once, as `(0-3): 4 x Linear(…)`. */
export function formatList(name: string, modules: readonly Module[]): string {
  const runs: { first: number; last: number; text: string }[] = []
  for (const [i, module] of modules.entries()) {
    const text = String(module)
    const run = runs.at(-1)
    if (run?.text === text) run.last = i
    else runs.push({ first: i, last: i, text })
  }
  const lines = runs.map(({ first, last, text }) =>
    indent(
      first === last ? `(${first}): ${text}` : `(${first}-${last}): ${last - first + 1} x ${text}`,
    ),
  )
  return formatParts(name, [], lines)
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
