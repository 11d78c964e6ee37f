// Values of each type, to a program and back.

import test from 'ava'
import { float, NotImplementedError, type Tensor, TorchError, torch } from '../../lib/index.js'
import type { ScriptInput, ScriptOutput } from '../../lib/jit/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { archive } from './support.js'

expectNoLiveTensors(test)

const load = () => torch.jit.load<readonly ScriptOutput[]>(archive('types'))

test('plain values and defaults', async (t) => {
  const model = await load()
  const x = torch.ones([2])
  const [tensor, ...rest] = model(x)
  t.true((tensor as Tensor).isSame(x))
  t.deepEqual(rest, [0.5, 3, true, 'x', null])
  const [, ...given] = model(x, 2, -7n, false, 'grüße', x)
  t.deepEqual(given.slice(0, 4), [2, -7, false, 'grüße'])
  const [, ...named] = model(x, { name: 'n', count: 2 ** 40, number: float(1) })
  t.deepEqual(named, [1, 2 ** 40, true, 'n', null])
  t.deepEqual(model(x, 0, 2n ** 62n)[2], 2n ** 62n)
  t.true(Object.isFrozen(model(x)))
})

test('what does not fit is refused by name', async (t) => {
  const model = await load()
  const x = torch.ones([1])
  const refused: [ScriptInput[], RegExp][] = [
    [[], /forward: expected a Tensor for tensor, got undefined/],
    [[1], /expected a Tensor for tensor, got the number 1/],
    [[x, 'a'], /expected a number for number, got a string/],
    [[x, 1, 0.5], /expected an integer for count/],
    [[x, 1, 1, 1], /expected a boolean for flag/],
    [[x, 1, 1, true, 1], /expected a string for name/],
    [[x, 1, 1, true, '', 'y'], /expected a Tensor for nothing/],
    [[x, 1, 1, true, '', x, x], /at most 6 arguments, got 7/],
    [[(() => 1) as unknown as ScriptInput], /a value that TorchScript knows/],
  ]
  for (const [inputs, message] of refused) {
    t.throws(() => model(...inputs), { instanceOf: TypeError, message })
  }
  const disposed = torch.ones([1])
  disposed.dispose()
  t.throws(() => model(disposed), { name: 'TensorDisposedError' })
  const endless: ScriptInput[] = []
  endless.push(endless)
  t.throws(() => model.runMethod('anything', endless), { message: /64/ })
})

test('lists', async (t) => {
  const model = await load()
  const x = torch.ones([1])
  const [a, b, c, d] = model.runMethod<[number[], number[][], Tensor[], string[]]>(
    'lists',
    [1, 2n],
    [[1, 0.5], []],
    [x, x],
    ['a'],
  )
  t.deepEqual([a, b, d], [[1, 2], [[1, 0.5], []], ['a']])
  t.true(c.every((tensor) => tensor.isSame(x)))
  t.throws(() => model.runMethod('lists', [1], [[1, 'x']], [], []), {
    message: /lists: expected a number for b\[0\]\[1\], got a string/,
  })
})

test('dicts', async (t) => {
  const model = await load()
  const x = torch.ones([1])
  const numbers = new Map([[-3, 0.5]])
  for (const tensors of [{ a: x }, new Map([['a', x]])]) {
    const [a, b] = model.runMethod<[Map<string, Tensor>, Map<number, number>]>(
      'dicts',
      tensors,
      numbers,
    )
    t.true(a.get('a')?.isSame(x))
    t.deepEqual(b, numbers)
  }
})

test('named tuples', async (t) => {
  const model = await load()
  const corners = torch.ones([2])
  for (const given of [{ corners, scores: [1, 2] }, [corners, [1, 2]]] as ScriptInput[]) {
    const boxes = model.runMethod<{ corners: Tensor; scores: number[] } & [Tensor, number[]]>(
      'boxes',
      given,
      2,
    )
    t.deepEqual(boxes.corners.toArray(), [2, 2])
    t.deepEqual(boxes.scores, [2, 4])
    t.is(boxes[1], boxes.scores)
  }
  t.throws(() => model.runMethod('boxes', { corners }, 2), { message: /field 'scores'/ })
  t.throws(() => model.runMethod('boxes', { corners, scores: [], label: 1 }, 2), {
    message: /field 'label'/,
  })
})

test('devices, complex numbers, values of any type', async (t) => {
  const model = await load()
  t.is(model.runMethod<[Tensor, string]>('place', torch.ones([1]), 'cpu')[1], 'cpu')
  t.throws(() => model.runMethod('place', torch.ones([1]), 'nowhere'), {
    instanceOf: TypeError,
    message: /place: expected a device such as 'cpu' or 'cuda:0' for \w+, got 'nowhere'/,
  })
  t.deepEqual(model.runMethod('turn', { re: 1, im: 2 }), { re: -2, im: 1 })
  const kinds: [ScriptInput, string][] = [
    [1, 'int'],
    [1n, 'int'],
    [1.5, 'float'],
    [float(1), 'float'],
    ['s', 'str'],
    [torch.ones([1]), 'Tensor'],
    [[1, 2], 'List[int]'],
    [[1, 'a'], 'other'],
    [[torch.ones([2]), torch.ones([3, 1])], 'List[Tensor]'],
    [null, 'other'],
  ]
  for (const [value, kind] of kinds) t.is(model.runMethod('anything', value), kind)
})

test('errors that a program raises keep their class', async (t) => {
  const model = await load()
  const x = torch.ones([4])
  t.throws(() => model.runMethod('fail', 0, x), { instanceOf: RangeError, message: /a bad value/ })
  t.throws(() => model.runMethod('fail', 1, x), { instanceOf: RangeError, message: /out of range/ })
  t.throws(() => model.runMethod('fail', 2, x), { instanceOf: NotImplementedError })
  t.throws(() => model.runMethod('fail', 3, x), { instanceOf: TorchError, message: /went wrong/ })
  t.throws(() => model.runMethod('fail', 4, x), {
    instanceOf: TorchError,
    message: /invalid for input/,
  })
})
