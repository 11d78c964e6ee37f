import test from 'ava'
import {
  concat,
  Dataset,
  dataset,
  pair,
  randomSplit,
  subset,
  tensorDataset,
} from '../../lib/data/index.js'
import { torch } from '../../lib/torch/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const squares = dataset({ length: 10, getItem: (index: number) => [index, index * index] })

test('a data set from its methods', async (t) => {
  t.is(squares.length, 10)
  t.true(squares instanceof Dataset)
  t.deepEqual(await squares.get(3), [3, 9])
  t.deepEqual(await squares.get(-1), [9, 81])
  t.throws(() => squares.get(10), { instanceOf: RangeError, message: /from -10 to 9.*got 10/ })
  t.throws(() => squares.get(0.5), { instanceOf: TypeError })
})

test('length may be a method or an accessor; other members are kept', (t) => {
  const words = ['a', 'b']
  const ds = dataset({
    words,
    length: () => words.length,
    getItem: (index) => words[index] ?? '',
    classes: ['c'],
  })
  t.is(ds.length, 2)
  ds.words.push('c')
  t.is(ds.length, 3)
  t.is(ds.getItem(2), 'c')
  t.deepEqual(ds.classes, ['c'])
  const accessor = dataset({
    get length() {
      return 7
    },
    getItem: (index: number) => index,
  })
  t.is(accessor.length, 7)
})

test('with a name, a function that makes data sets of shared members', (t) => {
  const range = dataset('range', {
    start: 0,
    end: 0,
    initialize(start: number, end: number) {
      this.start = start
      this.end = end
    },
    length() {
      return this.end - this.start
    },
    getItem(index: number) {
      return this.start + index
    },
  })
  const one = range(5, 8)
  const other = range(0, 100)
  t.deepEqual([one.length, other.length], [3, 100])
  t.is(one.getItem(1), 6)
})

test('wrong members are refused', (t) => {
  const make = dataset as (members: unknown) => unknown
  t.throws(() => make({ length: 3 }), { message: /a function for getItem, got undefined/ })
  t.throws(() => make({ getItem() {}, length: -1 }), { message: /length, got -1/ })
  t.throws(() => make({ getItem() {}, length: 1, getBatch: 3 }), { message: /getBatch, got 3/ })
  t.throws(() => make(null), { message: /a plain object .* got null/ })
  const named = dataset('birds', { length: () => 0.5, getItem: () => 0 })
  t.throws(() => named().length, { message: /dataset 'birds': .*length\(\), got 0.5/ })
})

test('a subclass of Dataset', async (t) => {
  class Halves extends Dataset<number> {
    get length() {
      return 4
    }
    async getItem(index: number) {
      return index / 2
    }
  }
  t.is(await new Halves().get(-1), 1.5)
})

test('tensorDataset gives rows and whole batches', (t) => {
  const x = torch.tensor([
    [1, 2],
    [3, 4],
    [5, 6],
  ])
  const y = torch.tensor([0, 1, 2], { dtype: 'int64' })
  const ds = tensorDataset(x, y)
  t.is(ds.length, 3)
  const [row, label] = ds.getItem(1)
  t.deepEqual(row.toArray(), [3, 4])
  t.is(label.item(), 1)
  const batch = ds.getBatch([2, 0])
  t.deepEqual(batch.x.toArray(), [
    [5, 6],
    [1, 2],
  ])
  t.deepEqual(batch.y.toArray(), [2, 0])
  t.throws(() => tensorDataset(x, torch.zeros([2])), {
    message: /first dimension of tensor 1.*got 2/,
  })
  t.throws(() => tensorDataset(torch.tensor(1)), { message: /tensor 0/ })
  t.throws(() => tensorDataset(), { message: /at least one Tensor/ })
})

test('subset: chosen samples, whole batches where the data set makes them', async (t) => {
  const part = subset(squares, [7, 2])
  t.is(part.length, 2)
  t.deepEqual(await part.get(0), [7, 49])
  t.is(part.getBatch, undefined)
  t.throws(() => subset(squares, [10]), { instanceOf: RangeError })
  const rows = subset(tensorDataset(torch.tensor([1, 2, 3]), torch.tensor([4, 5, 6])), [2, 1])
  t.deepEqual((await rows.getBatch?.([0, 1]))?.x.toArray(), [3, 2])
})

test('concat: one after the other, empty ones skipped', async (t) => {
  const empty = dataset({ length: 0, getItem: (index: number) => [index, 0] })
  const both = concat([squares, empty, subset(squares, [3])])
  t.is(both.length, 11)
  t.deepEqual(await both.get(9), [9, 81])
  t.deepEqual(await both.get(10), [3, 9])
  t.throws(() => concat([]), { message: /at least one data set/ })
})

test('concat of data sets that make whole batches makes them too, in the order asked for', async (t) => {
  const rows = (...values: number[]) =>
    tensorDataset(torch.tensor(values), torch.tensor(values.map((value) => -value)))
  const part = rows(0, 1, 2)
  const { getBatch } = concat([part, subset(rows(10, 11), [1]), part])
  const batch = async (...indices: number[]) => {
    const [x, y] = (await getBatch?.(indices)) ?? []
    return [x?.toArray(), y?.toArray()]
  }
  t.deepEqual(await batch(6, 0, 3, 4, 3), [
    [2, 0, 11, 0, 11],
    [-2, -0, -11, -0, -11],
  ])
  t.deepEqual(await batch(1, 0), [
    [1, 0],
    [-1, -0],
  ])
  t.is(concat<unknown, unknown>([part, squares]).getBatch, undefined)
})

test('concat puts batches of plain objects together, also asynchronous ones', async (t) => {
  const named = (start: number) =>
    dataset({
      length: 3,
      getItem: (index) => index,
      getBatch: async (indices) => ({
        value: torch.tensor(indices.map((index) => start + index)),
        name: indices.map((index) => `${start + index}`),
      }),
    })
  const made = await concat([named(0), named(10)]).getBatch?.([4, 0, 5, 2])
  t.deepEqual(made?.value.toArray(), [11, 0, 12, 2])
  t.deepEqual(made?.name, ['11', '0', '12', '2'])
  const odd = dataset({ length: 1, getItem: () => 0, getBatch: () => 3 })
  t.throws(() => concat([odd, odd]).getBatch?.([0, 1]), { message: /got 3 and 3/ })
})

test('concat keeps class names only where all agree', (t) => {
  const named = (...classes: string[]) => dataset({ length: 1, getItem: () => 0, classes })
  t.deepEqual(concat([named('a', 'b'), named('a', 'b')]).classes, ['a', 'b'])
  t.is(concat([named('a', 'b'), named('b', 'a')]).classes, undefined)
})

test('a release reaches the data set that made the sample', (t) => {
  const released: string[] = []
  const named = (name: string) =>
    dataset({
      length: 3,
      getItem: (index: number) => index,
      release: (item: number, index: number) => released.push(`${name} ${item} ${index}`),
    })
  const both = concat([named('first'), subset(named('second'), [2, 1])])
  both.release(2, 3)
  both.release(1, 1)
  t.deepEqual(released, ['second 2 2', 'first 1 1'])
})

test('randomSplit: disjoint parts that cover all, repeatable with a seed', (t) => {
  const split = () => randomSplit(squares, [0.5, 0.25, 0.25], { seed: 3 })
  const parts = split()
  // Python: floor 5, 2, 2; the one left over goes to the first part.
  t.deepEqual(
    parts.map(({ length }) => length),
    [6, 2, 2],
  )
  const all = parts.flatMap(({ indices }) => indices)
  t.deepEqual(
    [...all].sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
  t.deepEqual(
    split().map(({ indices }) => indices),
    parts.map(({ indices }) => indices),
  )
  t.deepEqual(
    randomSplit(squares, [7, 3]).map(({ length }) => length),
    [7, 3],
  )
  t.throws(() => randomSplit(squares, [7, 4]), {
    message: /sum to 10, or fractions that sum to 1,.*got 11/,
  })
})

test('a pair answers to position, name and destructuring', (t) => {
  const made = pair('in', 3)
  const [x, y] = made
  t.deepEqual([x, y, made.x, made.y, made[0], made.length], ['in', 3, 'in', 3, 'in', 2])
  t.true(Array.isArray(made))
  t.is(made.map(String).constructor, Array)
})
