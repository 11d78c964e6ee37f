import test from 'ava'
import { nn, torch } from '../../lib/index.js'
import { golden } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

expectNoLiveTensors(test)

const numbers = (modules: Iterable<nn.Module>): number[] =>
  [...modules].map((module) => (module as nn.Linear).outFeatures)
const linears = (...features: number[]) => features.map((count) => nn.linear(1, count))
const names = (module: nn.Module): string[] => module.namedChildren().map(([name]) => name)

for (const [kind, make] of [
  ['ModuleList', (...features: number[]) => nn.moduleList<nn.Linear>(linears(...features))],
  ['Sequential', (...features: number[]) => nn.sequential(...linears(...features))],
] as const) {
  test(`${kind} is a list`, (t) => {
    const list = make(1, 2, 3)
    t.is(list.length, 3)
    t.deepEqual(numbers(list), [1, 2, 3])
    t.is(list.at(-1), list[2])
    t.is(list.at(3), undefined)
    list.append(nn.linear(1, 4)).extend(linears(5, 6)).insert(0, nn.linear(1, 0))
    list.insert(-1, nn.linear(1, 9))
    t.deepEqual(numbers(list), [0, 1, 2, 3, 4, 5, 9, 6])
    t.deepEqual(names(list), ['0', '1', '2', '3', '4', '5', '6', '7'])
    t.deepEqual([...list.stateDict().keys()].slice(0, 3), ['0.weight', '0.bias', '1.weight'])
    t.is((list.pop(-2) as nn.Linear).outFeatures, 9)
    t.is((list.pop() as nn.Linear).outFeatures, 6)
    t.deepEqual(numbers(list.splice(1, 2, nn.linear(1, 7))), [1, 2])
    t.deepEqual(numbers(list), [0, 7, 3, 4, 5])
    Reflect.deleteProperty(list, '1')
    t.deepEqual(numbers(list), [0, 3, 4, 5])
    t.deepEqual(names(list), ['0', '1', '2', '3'])
    const part = list.slice(1, -1)
    t.true(part instanceof (kind === 'Sequential' ? nn.Sequential : nn.ModuleList))
    t.deepEqual(numbers(part), [3, 4])
    t.is(part[0], list[1])
    t.deepEqual(numbers(list.concat(part as never)), [0, 3, 4, 5, 3, 4])
    t.deepEqual(numbers(list), [0, 3, 4, 5])
  })

  test(`${kind} refuses what it cannot hold`, (t) => {
    const list = make(1, 2)
    t.throws(() => list.append(5 as never), {
      instanceOf: TypeError,
      message: /append: expected a/,
    })
    t.throws(() => list.extend(5 as never), { message: /extend: expected an array/ })
    t.throws(() => list.extend([nn.linear(1, 1), null as never]), { instanceOf: TypeError })
    t.throws(() => list.insert(3, nn.linear(1, 1)), { instanceOf: RangeError })
    t.throws(() => list.pop(2), { instanceOf: RangeError, message: /pop: expected an integer/ })
    t.throws(() => make().pop(), { instanceOf: RangeError })
    // A gap would be filled by the next one.
    t.throws(() => Reflect.set(list, '5', nn.linear(1, 1)), { instanceOf: RangeError })
    t.deepEqual(numbers(list), [1, 2])
  })
}

test('a sequence has the modules that Python gives it', (t) => {
  const relu = nn.relu()
  const named = nn.sequential({ conv: nn.conv2d(1, 1, 3), act: relu })
  t.deepEqual(names(named), ['conv', 'act'])
  t.is(named.at(1), relu)
  t.deepEqual(named(torch.ones([1, 1, 3, 3])).shape, [1, 1, 1, 1])
  t.deepEqual(names(named.slice(1)), ['act'])
  t.deepEqual(names(nn.sequential(new Map([['a', relu]]))), ['a'])
  t.throws(() => nn.sequential({ a: 5 as never }), { message: /sequential: expected a module/ })
  const twice = nn.sequential(nn.linear(1, 1)).repeat(2)
  t.is(twice.length, 2)
  t.is(twice[0], twice[1])
  t.is(twice.parameters().length, 2)
  t.throws(() => twice.repeat(0), { instanceOf: RangeError })
})

test('a list may hold a module twice', (t) => {
  const layer = nn.linear(1, 1)
  const list = nn.moduleList([layer, layer])
  t.is(list.length, 2)
  // As in Python, children() lists it once.
  t.is(list.children().length, 1)
  list.append(layer)
  t.deepEqual(
    [...list.stateDict().keys()],
    ['0.weight', '0.bias', '1.weight', '1.bias', '2.weight', '2.bias'],
  )
})

test('parameters in lists', (t) => {
  const shared = nn.parameter(torch.ones([2]))
  const list = nn.parameterList([shared, torch.zeros([3]), shared])
  t.is(list.length, 3)
  t.true(list[1] instanceof nn.Parameter)
  t.is(list.parameters().length, 2)
  t.deepEqual([...list.stateDict().keys()], ['0', '1', '2'])
  list.pop(1)
  t.deepEqual([...list.stateDict().keys()], ['0', '1'])
  t.is(list.indexOf(shared), 0)
  t.throws(() => list.append(5 as never), { message: /ParameterList.append: expected a Tensor/ })
  t.throws(() => list.extend(torch.ones([2]) as never), { instanceOf: TypeError })
  list.clear()
  t.is(list.length, 0)
})

test('modules and parameters by name', (t) => {
  const dict = nn.moduleDict<nn.Module>({ a: nn.relu(), b: nn.linear(1, 1) })
  t.deepEqual(dict.keys(), ['a', 'b'])
  t.is(dict.size, 2)
  t.is(dict.get('a'), dict.values()[0])
  t.true(dict.has('b'))
  t.is(dict.set('c', nn.tanh()).get('c')?.constructor.name, 'Tanh')
  t.deepEqual(
    [...dict].map(([name]) => name),
    ['a', 'b', 'c'],
  )
  t.is(dict.pop('a').constructor.name, 'ReLU')
  t.false(dict.delete('a'))
  t.true(dict.delete('c'))
  dict.update([['x', nn.relu()]]).update(nn.moduleDict({ y: nn.relu() }))
  t.deepEqual(dict.keys(), ['b', 'x', 'y'])
  t.throws(() => dict.pop('z'), { message: /pop: expected the name of a member/ })
  t.throws(() => dict.update({ z: 5 as never }), { instanceOf: TypeError })
  t.throws(() => dict.update(5 as never), { message: /an object, a Map or pairs/ })
  t.throws(() => dict.set('a.b', nn.relu()), { instanceOf: TypeError })
  // A member must not hide a method.
  t.throws(() => dict.set('keys', nn.relu()), { message: /has a method of that name/ })
  t.deepEqual(dict.set('check', nn.relu()).keys(), ['b', 'x', 'y', 'check'])
  dict.clear()
  t.is(dict.size, 0)
  const parameters = nn.parameterDict({ w: torch.ones([2]) }).set('b', torch.zeros([1]))
  t.true(parameters.get('b') instanceof nn.Parameter)
  t.deepEqual([...parameters.stateDict().keys()], ['w', 'b'])
  t.throws(() => parameters.set('c', 5 as never), { message: /a Tensor for value, got 5/ })
})

class Tied extends nn.Module {
  encoder = nn.linear(3, 3)
  blocks = nn.moduleList<nn.Module>([
    nn.batchNorm1d(3),
    this.encoder,
    nn.linear(3, 3, { bias: false }),
  ])
  scale = nn.parameter(torch.ones([1]))

  constructor() {
    super()
    ;(this.blocks[2] as nn.Linear).weight = this.encoder.weight
    this.registerBuffer('mean', torch.zeros([3]))
    this.registerBuffer('cache', torch.zeros([3]), { persistent: false })
  }
}

test('modules print as in Python', (t) => {
  const block = () => nn.sequential(nn.linear(2, 2), nn.relu())
  const blocks = () => nn.moduleList([block(), block(), block()])
  const modules: Record<string, nn.Module> = {
    sequential: nn.sequential(nn.conv2d(1, 2, 3), nn.relu({ inplace: true }), nn.sequential()),
    'named sequential': nn.sequential({ conv: nn.conv2d(1, 2, 3), act: nn.relu() }),
    'equal modules': nn.moduleList<nn.Module>([
      block(),
      block(),
      nn.linear(2, 3),
      nn.relu(),
      nn.relu(),
      nn.relu(),
    ]),
    'nested lists': nn.moduleList([blocks(), blocks()]),
    'empty list': nn.moduleList(),
    dictionary: nn.moduleDict<nn.Module>({ a: block(), b: nn.moduleDict() }),
    'parameter list': nn.parameterList([torch.ones([2, 3]), torch.ones([], { dtype: 'float64' })]),
    'parameter dictionary': nn.parameterDict({ w: torch.ones([2, 3]), b: torch.ones([3]) }),
    tied: new Tied(),
  }
  const goldens = golden<{ printing: { module: string; text: string }[] }>('modules').printing
  t.is(goldens.length, Object.keys(modules).length)
  for (const { module, text } of goldens) t.is(String(modules[module]), text, module)
})

test('members are named as in Python', (t) => {
  const tied = new Tied()
  const { names: expected } = golden<{ names: Record<string, string[]> }>('modules')
  const keys = (pairs: readonly (readonly [string, unknown])[]) => pairs.map(([name]) => name)
  t.deepEqual(
    {
      modules: keys(tied.namedModules()),
      modulesAll: keys(tied.namedModules({ prefix: 'net', removeDuplicate: false })),
      children: keys(tied.blocks.namedChildren()),
      parameters: keys(tied.namedParameters()),
      parametersAll: keys(tied.namedParameters('net', true, false)),
      parametersOwn: keys(tied.namedParameters({ recurse: false })),
      buffers: keys(tied.namedBuffers()),
      buffersOwn: keys(tied.namedBuffers({ recurse: false })),
      state: [...tied.stateDict({ prefix: 'net.' }).keys()],
    },
    expected,
  )
})
