// Tensors against PyTorch itself: test/goldens/{random,promotion}.json.

import test from 'ava'
import { torch } from '../../lib/torch/index.js'
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
