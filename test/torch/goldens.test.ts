// Tensors against PyTorch itself: test/goldens/{printing,random,indexing,promotion}.json.

import test from 'ava'
import { torch } from '../../lib/torch/index.js'
import type { Index } from '../../lib/torch/indexing.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import type { Scalar } from '../../lib/torch/types.js'
import { digest, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

type Method = (...values: unknown[]) => Tensor
const method = (x: Tensor, name: string): Method =>
  (x as unknown as Record<string, Method>)[name]?.bind(x) as Method
const fn = (name: string): Method => (torch as unknown as Record<string, Method>)[name] as Method

interface PrintingCase {
  tensor: GoldenTensor
  requiresGrad: boolean
  op: string | null
  text: string
}

test('tensors print as in Python', (t) => {
  for (const { tensor, requiresGrad, op, text } of golden<{ cases: PrintingCase[] }>('printing')
    .cases) {
    const x = tensorOf(tensor)
    if (requiresGrad) x.requiresGrad_()
    t.is(String(op === null ? x : method(x, op)()), text)
  }
})

interface RandomCase {
  fn: string
  args: unknown[]
  options: object
  seed: number
  result: GoldenTensor
}

function draw({ fn: name, args, options }: RandomCase): Tensor {
  if (name === 'bernoulli' || name === 'multinomial') {
    return fn(name)(torch.tensor(args[0] as number[]), ...args.slice(1))
  }
  if (name === 'normal') return torch.ops.aten?.normal?.float_float?.(...args) as Tensor
  if (name === 'dropout') {
    return torch.dropout(torch.ones([args[0] as number]), args[1] as number, true)
  }
  if (name.endsWith('_')) {
    return method(torch.zeros([args[0] as number]), name)(...args.slice(1))
  }
  return fn(name)(...args, options)
}

test('the same seed gives the same numbers as in Python', (t) => {
  const { cases, sequence } = golden<{ cases: RandomCase[]; sequence: GoldenTensor[] }>('random')
  for (const one of cases) {
    torch.manualSeed(one.seed)
    t.deepEqual(digest(draw(one)), digest(tensorOf(one.result)), JSON.stringify(one).slice(0, 80))
  }
  torch.manualSeed(0)
  const drawn = [torch.rand([2]), torch.randn([3]), torch.randperm(4).float(), torch.rand([1])]
  t.deepEqual(drawn.map(digest), sequence.map(tensorOf).map(digest))
})

type GoldenIndex = number | null | boolean | '...' | { slice: (number | null)[] } | GoldenTensor

function asIndex(index: GoldenIndex): Index {
  if (typeof index !== 'object' || index === null) return index
  if ('slice' in index) return torch.slice(...(index.slice as [number, number, number]))
  return tensorOf(index)
}

interface IndexingGoldens {
  cases: { index: GoldenIndex[]; result: GoldenTensor }[]
  puts: { index: GoldenIndex[]; value: number | GoldenTensor; result: GoldenTensor }[]
}

test('indexing reads and writes as in Python', (t) => {
  const { cases, puts } = golden<IndexingGoldens>('indexing')
  const base = (): Tensor => torch.arange(24).reshape(2, 3, 4)
  for (const { index, result } of cases) {
    t.deepEqual(
      digest(base().index(index.map(asIndex))),
      digest(tensorOf(result)),
      JSON.stringify(index),
    )
  }
  for (const { index, value, result } of puts) {
    const put = typeof value === 'number' ? value : tensorOf(value)
    t.deepEqual(
      digest(base().indexPut_(index.map(asIndex), put)),
      digest(tensorOf(result)),
      JSON.stringify(index),
    )
  }
})

type Operand = GoldenTensor | Scalar

interface PromotionGoldens {
  resultTypes: {
    a: string
    b: string | Scalar
    vector?: string
    scalarTensor?: string
    scalar?: string
  }[]
  ops: { op: string; operands: Operand[]; args: unknown[]; result: GoldenTensor }[]
}

test('dtypes promote as in Python', (t) => {
  const { resultTypes, ops } = golden<PromotionGoldens>('promotion')
  for (const { a, b, vector, scalarTensor, scalar } of resultTypes) {
    const x = torch.ones([2], { dtype: a as never })
    const label = `${a} + ${String(b)}`
    if (scalar !== undefined) {
      t.is(x.add(b as Scalar).dtype, scalar as never, label)
    } else {
      t.is(x.add(torch.ones([2], { dtype: b as never })).dtype, vector as never, label)
      t.is(x.add(torch.ones([], { dtype: b as never })).dtype, scalarTensor as never, label)
    }
  }
  const isTensor = (operand: Operand): operand is GoldenTensor =>
    typeof operand === 'object' && 'data' in operand
  for (const { op, operands, args, result } of ops) {
    const [self, ...others] = operands.map((one) => (isTensor(one) ? tensorOf(one) : one))
    t.deepEqual(
      digest(method(self as Tensor, op)(...others, ...args)),
      digest(tensorOf(result)),
      op,
    )
  }
})
