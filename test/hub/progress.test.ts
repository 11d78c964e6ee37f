// What a download shows on a terminal and in a log.
import test from 'ava'
import { formatBytes, ProgressPrinter } from '../../lib/hub/index.js'

function recorder(isTTY: boolean): {
  isTTY: boolean
  columns: number
  text: string
  write(text: string): void
} {
  return {
    isTTY,
    columns: 100,
    text: '',
    write(text) {
      this.text += text
    },
  }
}

test('sizes in the units of download pages', (t) => {
  t.deepEqual([0, 999, 1000, 46_830_571, 999_960, 2.5e12].map(formatBytes), [
    '0 B',
    '999 B',
    '1.0 kB',
    '46.8 MB',
    '1.0 MB',
    '2.5 TB',
  ])
})

test('without a terminal: a line for every tenth, none twice', (t) => {
  const stream = recorder(false)
  const printer = new ProgressPrinter('x.pth', stream)
  for (let received = 0; received <= 1000; received += 5) printer.update({ received, total: 1000 })
  printer.finish()
  const lines = stream.text.trimEnd().split('\n')
  t.is(lines.length, 11)
  t.is(lines[0], 'x.pth: 0 % of 1.0 kB')
  t.is(lines[10], 'x.pth: 100 % of 1.0 kB')
})

test('on a terminal: one line that is redrawn, and ends full', (t) => {
  const stream = recorder(true)
  const printer = new ProgressPrinter('x.pth', stream)
  for (let received = 0; received <= 1000; received += 5) printer.update({ received, total: 1000 })
  printer.finish()
  t.true(stream.text.endsWith('\n'))
  const frames = stream.text.split('\r')
  t.true(frames.length < 10, 'drawn only so often')
  t.regex(frames.at(-1) ?? '', /^x\.pth {2}\[#{24}\] {2}100 % {2}1\.0 kB of 1\.0 kB/)
})

test('an unknown size shows the bytes alone; nothing shows nothing', (t) => {
  const stream = recorder(true)
  const printer = new ProgressPrinter('x.pth', stream)
  printer.finish()
  t.is(stream.text, '')
  printer.update({ received: 1500, total: undefined })
  printer.finish()
  t.regex(stream.text, /x\.pth {2}1\.5 kB/)
})
