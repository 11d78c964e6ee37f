// Values that no function of nn.functional takes, in the place of each argument of a good call: whatever is thrown is
// an Error, and a TypeError says which function threw it.

import test from 'ava'
import { show } from '../../../lib/check.js'
import { nn, Tensor, torch } from '../../../lib/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { argumentOf, FILES, rowsOf } from './rows.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const disposed = torch.ones([1])
disposed.dispose()

const HOSTILE: readonly unknown[] = [
  undefined,
  null,
  5,
  -1,
  Number.NaN,
  2 ** 53,
  10n,
  true,
  'x',
  Symbol('s'),
  {},
  [],
  ['a'],
  () => 1,
  new Date(0),
  Object.create(Tensor.prototype),
  disposed,
]

/** One row of each function with the most arguments: the others add nothing here. */
function longestRows(file: string) {
  const longest = new Map<string, ReturnType<typeof rowsOf>[number]>()
  const length = ({ args, options = {} }: ReturnType<typeof rowsOf>[number]) =>
    args.length + Object.keys(options).length
  for (const row of rowsOf(file)) {
    const other = longest.get(row.fn)
    if (other === undefined || length(other) < length(row)) longest.set(row.fn, row)
  }
  return longest.values()
}

for (const file of FILES) {
  test(`${file}: hostile values`, (t) => {
    for (const { fn, args, options = {} } of longestRows(file)) {
      const specs = [...args, ...Object.values(options)]
      const call = nn.functional[fn as 'relu'] as unknown as (...all: unknown[]) => unknown
      specs.forEach((_, place) => {
        for (const hostile of HOSTILE) {
          const values = specs.map((spec, i) =>
            i === place ? hostile : argumentOf(spec, 'float32'),
          )
          const named = Object.keys(options).map((key, i) => [key, values[args.length + i]])
          try {
            call(...values.slice(0, args.length), Object.fromEntries(named))
          } catch (error) {
            const label = `${fn} with ${show(hostile)} as argument ${place}: ${error}`
            t.true(error instanceof Error, label)
            if (error instanceof TypeError) t.true(error.message.startsWith(`${fn}: `), label)
          }
        }
      })
    }
    t.pass()
  })
}
