// A summary as a table, laid out like torchinfo's.

import type { Summary, SummaryRow } from './summary.js'

const HEAD = [
  'Layer (type (name):depth-index)',
  'Output Shape',
  'Param #',
  'Trainable',
  'Mult-Adds',
]

const grouped = (count: number): string => count.toLocaleString('en-US')
const shown = (count: number): string => (count === 0 ? '--' : grouped(count))

/** A count with its unit: `Total mult-adds (G): 1.81`. */
function scaled(label: string, count: number): string {
  const units = [
    ['T', 1e12],
    ['G', 1e9],
    ['M', 1e6],
    ['K', 1e3],
  ] as const
  const unit = units.find(([, size]) => count >= size)
  return unit === undefined
    ? `${label}: ${count}`
    : `${label} (${unit[0]}): ${(count / unit[1]).toFixed(2)}`
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(2)

/** Whether another row follows on the same level before the parent's end. */
function hasSibling(rows: readonly SummaryRow[], from: number, depth: number): boolean {
  for (let i = from + 1; i < rows.length; i++) {
    const next = (rows[i] as SummaryRow).depth
    if (next === depth) return true
    if (next < depth) return false
  }
  return false
}

/** The lines of the tree before a row. */
function branches(rows: readonly SummaryRow[], i: number): string {
  const { depth } = rows[i] as SummaryRow
  if (depth === 0) return ''
  let text = hasSibling(rows, i, depth) ? '├─' : '└─'
  for (let level = depth - 1; level > 0; level--) {
    text = `${hasSibling(rows, i, level) ? '│    ' : '     '}${text}`
  }
  return text
}

function cells(rows: readonly SummaryRow[], i: number, deepest: number): string[] {
  const row = rows[i] as SummaryRow
  const name = row.name.split('.').at(-1) ?? ''
  const place = row.depth === 0 ? row.type : `${row.type} (${name}): ${row.depth}-${row.index}`
  const shapes = row.outputShapes.map((shape) => `[${shape.join(', ')}]`).join(', ')
  // What is inside is told by the rows that follow, where they are printed.
  const inside = row.isLeaf || row.depth === deepest ? [] : childrenOf(rows, i)
  const rest = (of: (row: SummaryRow) => number): number =>
    inside.reduce((sum, child) => sum - of(child), of(row))
  return [
    branches(rows, i) + place,
    row.calls > 1 ? `${shapes} ×${row.calls}` : shapes === '' ? '--' : shapes,
    shown(rest(({ parameters }) => parameters)),
    row.parameters === 0 ? '--' : trainability(row),
    shown(rest(({ macs }) => macs)),
  ]
}

function trainability({ parameters, trainable }: SummaryRow): string {
  if (trainable === 0) return 'False'
  return trainable === parameters ? 'True' : 'Partial'
}

function childrenOf(rows: readonly SummaryRow[], i: number): SummaryRow[] {
  const { depth } = rows[i] as SummaryRow
  const found: SummaryRow[] = []
  for (const row of rows.slice(i + 1)) {
    if (row.depth <= depth) break
    if (row.depth === depth + 1) found.push(row)
  }
  return found
}

/** The rows up to a depth as a table, with the totals under it. */
export function formatSummary(summary: Summary, deepest: number): string {
  const rows = summary.rows.filter(({ depth }) => depth <= deepest)
  const table = [HEAD, ...rows.map((_, i) => cells(rows, i, deepest))]
  const widths = HEAD.map((_, column) =>
    Math.max(...table.map((line) => (line[column] as string).length)),
  )
  const lines = table.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] as number))
      .join('  ')
      .trimEnd(),
  )
  const rule = '='.repeat(widths.reduce((sum, width) => sum + width, 2 * (widths.length - 1)))
  const { totalParameters, trainableParameters, inputBytes, activationBytes, parameterBytes } =
    summary
  return [
    rule,
    lines[0],
    rule,
    ...lines.slice(1),
    rule,
    `Total params: ${grouped(totalParameters)}`,
    `Trainable params: ${grouped(trainableParameters)}`,
    `Non-trainable params: ${grouped(totalParameters - trainableParameters)}`,
    scaled('Total mult-adds', summary.totalMacs),
    rule,
    `Input size (MB): ${megabytes(inputBytes)}`,
    `Forward/backward pass size (MB): ${megabytes(activationBytes)}`,
    `Params size (MB): ${megabytes(parameterBytes)}`,
    `Estimated Total Size (MB): ${megabytes(inputBytes + activationBytes + parameterBytes)}`,
    rule,
  ].join('\n')
}
