// Shows a tally: on the terminal, and as the tables of docs/parity.md.

import { coverage } from './coverage.js'
import type { Section } from './section.js'
import { type Group, type Tally, total } from './tally.js'

const number = (value: number): string => value.toLocaleString('en-US')
const percent = (part: number): string => `${(Math.floor(part * 1e4) / 100).toFixed(2)} %`

const head = ({ subject }: Section): string[] => [
  'dtype',
  'compared',
  subject,
  'samples',
  'equal',
  'to the bit',
  'failing',
]

const rows = (tally: Tally): string[][] =>
  tally.figures.map(({ dtype, part, ops, counts }) => {
    const all = total(counts)
    return [
      dtype === 'errors' ? 'must raise' : dtype,
      part,
      number(ops.size),
      number(all),
      percent((all - counts.different) / all),
      percent(counts.equal / all),
      number(counts.different),
    ]
  })

/** The figures, a line for each dtype and what was compared. */
export function table(section: Section, tally: Tally): string {
  const lines = [head(section), ...rows(tally)]
  const widths = head(section).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i < 2 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join('  '),
    )
    .join('\n')
}

const describe = ({ dtype, mismatch, index, count }: Group): string =>
  `  ${mismatch.form || '(whole sample)'} ${mismatch.kind}, ${dtype}, ${count}×, first #${index}: ${mismatch.detail}`

/** Groups of mismatches, under the name of their operator. */
export function mismatches(groups: readonly Group[]): string {
  const byOperator = new Map<string, Group[]>()
  for (const group of groups) {
    byOperator.set(group.op, [...(byOperator.get(group.op) ?? []), group])
  }
  return [...byOperator]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([op, list]) => [op, ...list.map(describe)].join('\n'))
    .join('\n')
}

const markdownTable = (head: readonly string[], body: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...body].map((line) => `| ${line.join(' | ')} |`).join('\n')

function exceptions(tally: Tally): string {
  if (tally.exceptions.length === 0) return 'There are none.'
  const lines = tally.exceptions.map((exception) => {
    const samples = new Map<string, number>()
    for (const group of tally.groups.values()) {
      if (group.exception !== exception) continue
      samples.set(group.dtype, (samples.get(group.dtype) ?? 0) + group.count)
    }
    return [
      exception.ops.map((op) => `\`${op}\``).join(', '),
      [...samples].map(([dtype, count]) => `${count} ${dtype}`).join(', '),
      exception.reason,
    ]
  })
  return markdownTable(['names', 'samples', 'reason'], lines)
}

const names = (tally: Tally): string =>
  markdownTable(
    ['namespace', 'functions', 'called'],
    coverage(tally.names).map(({ namespace, called, missed }) => [
      `\`${namespace}\``,
      number(called.length + missed.length),
      number(called.length),
    ]),
  )

/** The tables of docs/parity.md, by the names of their marks. */
export const markdown = (section: Section, tally: Tally): Readonly<Record<string, string>> => ({
  [`figures ${section.name}`]: markdownTable(head(section), rows(tally)),
  [`exceptions ${section.name}`]: exceptions(tally),
  ...(section.name === 'ops' && { names: names(tally) }),
})
