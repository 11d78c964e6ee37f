// MAT files of version 5, written by the test itself; those that scipy wrote are read by known-folders.test.ts.
import { deflateSync } from 'node:zlib'
import test from 'ava'
import { readMatFile } from '../../../lib/vision/datasets/mat-file.js'

interface Options {
  /** Whether numbers begin with their most significant byte. */
  big?: boolean
  packed?: boolean
}

class MatWriter {
  constructor(private readonly options: Options = {}) {}

  private u32(...values: number[]): Buffer {
    const bytes = Buffer.alloc(4 * values.length)
    for (const [i, value] of values.entries()) {
      if (this.options.big === true) bytes.writeUInt32BE(value >>> 0, 4 * i)
      else bytes.writeUInt32LE(value >>> 0, 4 * i)
    }
    return bytes
  }

  element(type: number, data: Buffer): Buffer {
    const padding = Buffer.alloc((8 - (data.length % 8)) % 8)
    return Buffer.concat([this.u32(type, data.length), data, padding])
  }

  short(type: number, data: Buffer): Buffer {
    return Buffer.concat([
      this.u32((data.length << 16) | type),
      data,
      Buffer.alloc(4 - data.length),
    ])
  }

  matrix(name: string, shape: number[], values: Buffer, kind = 9, flags = 0): Buffer {
    const parts = [
      this.element(6, this.u32((flags << 8) | kind, 0)),
      this.element(5, this.u32(...shape)),
      name.length <= 4
        ? this.short(1, Buffer.from(name, 'latin1'))
        : this.element(1, Buffer.from(name, 'latin1')),
      values,
    ]
    const matrix = this.element(14, Buffer.concat(parts))
    if (this.options.packed !== true) return matrix
    const packed = deflateSync(matrix)
    return Buffer.concat([this.u32(15, packed.length), packed])
  }

  file(...elements: Buffer[]): Buffer {
    const header = Buffer.alloc(128, ' ')
    header.write('MATLAB 5.0 MAT-file')
    header.write(this.options.big === true ? 'MI' : 'IM', 126)
    return Buffer.concat([header, ...elements])
  }
}

const doubles = (values: number[], big = false): Buffer => {
  const bytes = Buffer.alloc(8 * values.length)
  for (const [i, value] of values.entries()) {
    if (big) bytes.writeDoubleBE(value, 8 * i)
    else bytes.writeDoubleLE(value, 8 * i)
  }
  return bytes
}

test('numbers of every width, in both byte orders, packed and plain', (t) => {
  for (const options of [{}, { big: true }, { packed: true }, { big: true, packed: true }]) {
    const w = new MatWriter(options)
    const bytes = w.file(
      w.matrix('labels', [1, 5], w.element(2, Buffer.from([1, 2, 3, 200, 5]))),
      w.matrix('s', [2, 1], w.short(1, Buffer.from([0xff, 7])), 8),
      w.matrix('real', [2, 2, 1], w.element(9, doubles([1.5, -2, 3e100, 0], options.big)), 6),
    )
    const arrays = readMatFile(bytes)
    t.deepEqual([...arrays.keys()], ['labels', 's', 'real'])
    t.deepEqual(arrays.get('labels'), { shape: [1, 5], values: [1, 2, 3, 200, 5] })
    t.deepEqual(arrays.get('s'), { shape: [2, 1], values: [-1, 7] })
    t.deepEqual(arrays.get('real'), { shape: [2, 2, 1], values: [1.5, -2, 3e100, 0] })
  }
})

test('what is no numeric array is left out', (t) => {
  const w = new MatWriter()
  const values = w.element(2, Buffer.from([1]))
  const arrays = readMatFile(
    w.file(
      w.matrix('cell', [1, 1], values, 1),
      w.matrix('text', [1, 1], values, 4),
      w.matrix('complex', [1, 1], Buffer.concat([values, values]), 9, 8),
      w.element(14, Buffer.alloc(0)),
      w.element(2, Buffer.from([1, 2, 3])),
      w.matrix('none', [0, 3], w.element(2, Buffer.alloc(0))),
    ),
  )
  t.deepEqual([...arrays], [['none', { shape: [0, 3], values: [] }]])
})

test('damage is named', (t) => {
  const w = new MatWriter()
  const one = w.element(2, Buffer.from([1]))
  const cases: [Buffer, RegExp][] = [
    [Buffer.alloc(100), /ends within its header/],
    [Buffer.alloc(200), /is not a MAT file of version 5/],
    [w.file(Buffer.alloc(4)), /ends within a tag/],
    [
      w.file(w.matrix('a', [1, 1], one).subarray(0, 40)),
      /has an element of \d+ bytes, 32 are left/,
    ],
    [w.file(w.matrix('a', [1, 2], one)), /an array of 2 values, of which 1 are there/],
    [w.file(w.matrix('a', [2 ** 31, 2], one)), /the impossible shape/],
    [w.file(w.matrix('a', [1], one)), /the impossible shape 1/],
    [w.file(w.matrix('a', [2 ** 30, 2 ** 30], one)), /an array of \d+ values/],
    [w.file(w.matrix('a', [1, 1], w.element(8, Buffer.from([1])))), /the unknown type 8/],
    [w.file(w.matrix('a', [1, 1], w.element(9, Buffer.alloc(7)))), /end within a number/],
    [w.file(w.matrix('a', [1, 1], Buffer.alloc(0))), /without dimensions, name or values/],
    [w.file(w.element(14, one)), /no array flags/],
    [w.file(w.short(2, Buffer.from([1])).fill(9, 2, 4)), /a short element of 2313 bytes/],
    [w.file(Buffer.from('0f00000004000000deadbeef', 'hex')), /damaged or of more than/],
  ]
  for (const [bytes, message] of cases) {
    t.throws(() => readMatFile(bytes), { instanceOf: RangeError, message })
  }
})

test('a packed element that unpacks without end', (t) => {
  const w = new MatWriter({ packed: true })
  const bytes = w.file(w.matrix('a', [1, 2 ** 27], w.element(2, Buffer.alloc(2 ** 27))))
  t.true(bytes.length < 2 ** 20)
  t.throws(() => readMatFile(bytes), { message: /damaged or of more than 67108864 bytes/ })
})

test('cut off or changed anywhere: an error or arrays, nothing else', (t) => {
  const w = new MatWriter()
  const bytes = w.file(w.matrix('labels', [1, 5], w.element(2, Buffer.from([1, 2, 3, 4, 5]))))
  for (let at = 0; at < bytes.length; at++) {
    const damaged = Buffer.from(bytes)
    for (const value of [0, 0x7f, 0xff]) {
      damaged[at] = value
      for (const input of [damaged, bytes.subarray(0, at)]) {
        try {
          readMatFile(input)
        } catch (error) {
          t.true(error instanceof RangeError, String(error))
        }
      }
    }
  }
})
