// What this library writes over operators, against Python: test/goldens/functions.json.

import test, { type ExecutionContext } from 'ava'
import { Tensor, torch } from '../../../lib/index.js'
import type { DType } from '../../../lib/torch/types.js'
import { type GoldenTensor, golden, tensorOf } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

type Stored = GoldenTensor | { number: string } | Stored[] | number | string | boolean | null

interface Call {
  call: string
  of?: GoldenTensor
  args: Stored[]
  options?: Record<string, Stored>
  seed: number | null
  result: Stored
}

interface SparseCall {
  call: string
  layout: 'coo' | 'csr'
  matrix: GoldenTensor
  args: Stored[]
  options: Record<string, Stored>
  result: GoldenTensor
}

interface Member {
  get?: string
  of?: GoldenTensor
  result?: Stored
  strided?: { shape: number[]; stride: number[]; dimOrder: number[] }
  typed?: { dtype: DType; type: string }
}

interface Info {
  info: 'finfo' | 'iinfo'
  dtype: DType
  fields: Record<string, string>
}

const goldens = golden<{
  calls: Call[]
  sparse: SparseCall[]
  members: Member[]
  infos: Info[]
}>('functions')

function read(value: Stored): unknown {
  if (Array.isArray(value)) return value.map(read)
  if (typeof value !== 'object' || value === null) return value
  return 'number' in value ? Number(value.number) : tensorOf(value)
}

function same(t: ExecutionContext, actual: unknown, expected: unknown, label: string): void {
  if (Array.isArray(expected)) {
    const elements = Array.isArray(actual) ? actual : []
    t.is(elements.length, expected.length, label)
    for (const [i, one] of expected.entries()) same(t, elements[i], one, `${label}[${i}]`)
  } else if (expected instanceof Tensor && actual instanceof Tensor) {
    t.is(actual.dtype, expected.dtype, label)
    t.deepEqual(actual.shape, expected.shape, label)
    // Sums of floats come in another order on other processors.
    const close = /^(float|complex)/.test(expected.dtype)
      ? actual.allclose(expected, 1e-5, 2e-6, true)
      : actual.equal(expected)
    t.true(close, `${label}: ${actual} is not ${expected}`)
  } else {
    t.is(actual, expected, label)
  }
}

type Functions = Record<string, (...values: unknown[]) => unknown>

for (const name of new Set(goldens.calls.map(({ call }) => call))) {
  test(`${name} is Python's`, (t) => {
    for (const { call, of, args, options, seed, result } of goldens.calls) {
      if (call !== name) continue
      const target = (of === undefined ? torch : tensorOf(of)) as unknown as Functions
      const given = options && Object.entries(options).map(([key, value]) => [key, read(value)])
      if (seed !== null) torch.manualSeed(seed)
      const actual = target[call]?.(
        ...args.map(read),
        ...(given === undefined ? [] : [Object.fromEntries(given)]),
      )
      const label = JSON.stringify({ call, options, args }).slice(0, 200)
      same(t, actual, read(result), label)
    }
  })
}

test("torch.sparse is Python's", (t) => {
  const functions = torch.sparse as unknown as Functions
  for (const { call, layout, matrix, args, options, result } of goldens.sparse) {
    const dense = tensorOf(matrix)
    const sparse = layout === 'coo' ? dense.toSparse() : dense.toSparseCsr()
    const given = Object.entries(options).map(([key, value]) => [key, read(value)])
    const actual = functions[call]?.(sparse, ...args.map(read), Object.fromEntries(given)) as Tensor
    same(t, actual.layout === 'strided' ? actual : actual.toDense(), tensorOf(result), call)
  }
})

test('accessors, the order in memory and legacy type names are as in Python', (t) => {
  for (const { get, of, result, strided, typed } of goldens.members) {
    if (get !== undefined) {
      const x = tensorOf(of as GoldenTensor) as unknown as Record<string, unknown>
      same(t, x[get], read(result as Stored), get)
    }
    if (strided !== undefined) {
      const x = torch.emptyStrided(strided.shape, strided.stride)
      t.deepEqual(x.dimOrder(), strided.dimOrder, JSON.stringify(strided))
    }
    if (typed !== undefined) t.is(torch.empty([1], { dtype: typed.dtype }).type(), typed.type)
  }
})

test('finfo and iinfo give the limits of dtypes', (t) => {
  for (const { info, dtype, fields } of goldens.infos) {
    const found = torch[info](dtype) as unknown as Record<string, unknown>
    for (const [name, value] of Object.entries(fields)) {
      const actual = found[name]
      const expected =
        typeof actual === 'bigint'
          ? BigInt(value)
          : typeof actual === 'number'
            ? Number(value)
            : value
      t.is(actual, expected, `${info}(${dtype}).${name}`)
    }
  }
  t.is(torch.finfo().dtype, 'float32')
  t.throws(() => torch.finfo('int32'), { instanceOf: TypeError, message: /iinfo/ })
  t.throws(() => torch.iinfo('bool'), { instanceOf: TypeError, message: /finfo/ })
})
