// Shows a tally: on the terminal, and as the tables of docs/parity.md.

import { coverage } from './coverage.js'
import { EXCEPTIONS } from './exceptions.js'
import { agreeing, type Counts, type Group, type Tally, total } from './tally.js'

const number = (value: number): string => value.toLocaleString('en-US')
const percent = (part: number): string => `${(Math.floor(part * 1e4) / 100).toFixed(2)} %`

const HEAD = [
  'dtype',
  'operators',
  'samples',
  'equal',
  'to the bit',
  'gradients',
  'equal',
  'to the bit',
]

function cells(counts: Counts): string[] {
  const all = total(counts)
  if (all === 0) return ['–', '–', '–']
  return [number(all), percent(agreeing(counts)), percent(counts.equal / all)]
}

const rows = (tally: Tally): string[][] =>
  [...tally.figures].map(([dtype, { ops, forward, backward }]) => [
    dtype === 'errors' ? 'must raise' : dtype,
    number(ops.size),
    ...cells(forward),
    ...cells(backward),
  ])

/** The figures, a line for each dtype. */
export function table(tally: Tally): string {
  const lines = [HEAD, ...rows(tally)]
  const widths = HEAD.map((_, i) => Math.max(...lines.map((line) => (line[i] as string).length)))
  return lines
    .map((line) =>
      line
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
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

/** The tables of docs/parity.md. */
export function markdown(tally: Tally): { figures: string; names: string; exceptions: string } {
  const counts = EXCEPTIONS.map((exception) => {
    const samples = new Map<string, number>()
    for (const group of tally.groups.values()) {
      if (group.exception !== exception) continue
      samples.set(group.dtype, (samples.get(group.dtype) ?? 0) + group.count)
    }
    return [...samples].map(([dtype, count]) => `${count} ${dtype}`).join(', ')
  })
  return {
    figures: markdownTable(HEAD, rows(tally)),
    names: markdownTable(
      ['namespace', 'functions', 'called'],
      coverage(tally.names).map(({ namespace, called, missed }) => [
        `\`${namespace}\``,
        number(called.length + missed.length),
        number(called.length),
      ]),
    ),
    exceptions: markdownTable(
      ['operators', 'samples', 'reason'],
      EXCEPTIONS.map(({ ops, reason }, i) => [
        ops.map((op) => `\`${op}\``).join(', '),
        counts[i] ?? '',
        reason,
      ]),
    ),
  }
}
