import test from 'ava'
import { optim, type Tensor, torch } from '../../lib/index.js'
import { native } from '../../lib/native.js'
import { formulaTensor, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

type DType = 'float32' | 'float64' | 'bfloat16'
type Pairs = [name: string, value: unknown][]

interface Case {
  name: string
  dtype: DType
  options: Record<string, unknown>
  weights: GoldenTensor[]
  state: [position: number, record: Pairs][]
  groups: Pairs[]
  resumed: GoldenTensor[]
}

const STEPS = 20
const LATE = 5
const MORE = 3
const ROWS = 6
const { cases, low, sparse, environment } = golden<{
  environment: { cpuCapability: string }
  cases: Case[]
  sparse: {
    name: string
    dtype: DType
    options: object
    weights: GoldenTensor
    state: [name: string, value: GoldenTensor][]
  }[]
  low: { name: string; dtype: 'bfloat16'; options: object; weights: GoldenTensor[] }[]
}>('optim')

type Make = (params: Iterable<Tensor>, options: object) => optim.Optimizer
const makeOf = (name: string): Make => (optim as unknown as Record<string, Make>)[name] as Make

const shapesOf = (name: string): number[][] =>
  name === 'muon'
    ? [
        [3, 2],
        [2, 4],
      ]
    : [[3, 2], [4], [], [2]]

const startOf = ({ name, dtype }: Pick<Case, 'name' | 'dtype'>): Tensor[] =>
  shapesOf(name).map((shape, i) =>
    formulaTensor(shape, 100 * i)
      .to(dtype)
      .mul(2)
      .requiresGrad_(),
  )

function run(
  params: Tensor[],
  optimizer: optim.Optimizer,
  dtype: DType,
  from = 0,
  to = STEPS,
): void {
  for (let step = from; step < to; step++) {
    params.forEach((param, i) => {
      if (i > 2 || (i === 2 && step < LATE)) return
      param.grad = formulaTensor(param.shape, 1000 * (step + 1) + 100 * i).to(dtype)
    })
    optimizer.step()
  }
}

/** Muon multiplies in bfloat16; all else agrees to a few units in the last place. */
const tolerance = (name: string, dtype: DType): [number, number] =>
  name === 'muon' ? [2e-2, 2e-2] : dtype === 'float64' ? [1e-12, 1e-14] : [2e-6, 1e-7]

const isGolden = (value: unknown): value is GoldenTensor =>
  typeof value === 'object' && value !== null && 'data' in value

const describe = ({ name, dtype, options }: Case): string =>
  `${name} ${dtype} ${JSON.stringify(options)}`

for (const name of new Set(cases.map((each) => each.name))) {
  test(`${name}: 20 steps and the state dict equal PyTorch's, for every setting`, (t) => {
    for (const each of cases.filter((other) => other.name === name)) {
      const params = startOf(each)
      const given = { ...(name === 'sgd' ? { lr: 0.1 } : {}), ...each.options }
      const optimizer = makeOf(name)(params, given)
      run(params, optimizer, each.dtype)
      const [relative, absolute] = tolerance(name, each.dtype)
      const close = (actual: Tensor, expected: GoldenTensor, what: string): void => {
        t.is(actual.dtype, expected.dtype, `${describe(each)}: dtype of ${what}`)
        t.true(
          torch.allclose(actual, tensorOf(expected), relative, absolute),
          `${describe(each)}: ${what}`,
        )
      }
      params.forEach((param, i) => {
        close(param, each.weights[i] as GoldenTensor, `weight ${i}`)
      })
      const { state, param_groups } = optimizer.stateDict()
      t.deepEqual(
        param_groups.map((group) => Object.entries(group)),
        each.groups,
        `${describe(each)}: groups, in PyTorch's order`,
      )
      t.deepEqual(
        [...state].map(([position, record]) => [position, Object.keys(record)]),
        each.state.map(([position, record]) => [position, record.map(([key]) => key)]),
        `${describe(each)}: names of the state, in PyTorch's order`,
      )
      for (const [position, record] of each.state) {
        for (const [key, value] of record) {
          t.true(isGolden(value), `${describe(each)}: ${key} is a tensor`)
          const actual = state.get(position)?.[key] as Tensor
          close(actual, value as GoldenTensor, `${key} of ${position}`)
        }
      }
    }
  })
}

test('the for-loop, foreach and the fused kernels agree', (t) => {
  for (const each of cases.filter(({ groups }) => groups[0]?.some(([key]) => key === 'foreach'))) {
    const weights = [true, false].map((foreach) => {
      const params = startOf(each)
      const { fused, ...options } = each.options
      run(params, makeOf(each.name)(params, { lr: 0.1, ...options, foreach }), each.dtype)
      return params.map((param) => param.toArray())
    })
    t.deepEqual(weights[0], weights[1], describe(each))
  }
  t.throws(() => optim.adam([torch.ones(2).requiresGrad_()], { fused: true, foreach: true }), {
    instanceOf: TypeError,
    message: /foreach and fused/,
  })
})

test("PyTorch's state dict goes on as PyTorch does", (t) => {
  for (const each of cases) {
    const params = each.weights.map((weight) => tensorOf(weight).requiresGrad_())
    const optimizer = makeOf(each.name)(params, { lr: 3 })
    const decode = (value: unknown): unknown => (isGolden(value) ? tensorOf(value) : value)
    optimizer.loadStateDict({
      state: new Map(
        each.state.map(([position, record]) => [
          position,
          Object.fromEntries(record.map(([key, value]) => [key, decode(value)])),
        ]),
      ),
      param_groups: each.groups.map((group) => Object.fromEntries(group)),
    } as optim.OptimizerStateDict)
    t.deepEqual(
      optimizer.stateDict().param_groups.map((group) => Object.entries(group)),
      each.groups,
    )
    run(params, optimizer, each.dtype, STEPS, STEPS + MORE)
    const [relative, absolute] = tolerance(each.name, each.dtype)
    params.forEach((param, i) => {
      const expected = tensorOf(each.resumed[i] as GoldenTensor)
      t.true(torch.allclose(param, expected, relative, absolute), `${describe(each)}: weight ${i}`)
    })
  }
})

test('our state dict goes on bit for bit', (t) => {
  for (const each of cases) {
    // Loading casts their single numbers from float32 to the parameter's dtype, in PyTorch too.
    if (['nadam', 'asgd'].includes(each.name) && each.dtype === 'float64') continue
    const options = { ...(each.name === 'sgd' ? { lr: 0.1 } : {}), ...each.options }
    const straight = startOf(each)
    const forStraight = makeOf(each.name)(straight, options)
    run(straight, forStraight, each.dtype, 0, 8)
    const params = straight.map((param) => param.detach().clone().requiresGrad_())
    const optimizer = makeOf(each.name)(params, { lr: 3 })
    optimizer.loadStateDict(forStraight.stateDict())
    run(straight, forStraight, each.dtype, 8, 12)
    run(params, optimizer, each.dtype, 8, 12)
    t.deepEqual(
      params.map((param) => param.toArray()),
      straight.map((param) => param.toArray()),
      describe(each),
    )
  }
})

test('for-loops in bfloat16 take numbers in as PyTorch does', (t) => {
  for (const { name, dtype, options, weights } of low) {
    const params = startOf({ name, dtype })
    run(params, makeOf(name)(params, options), dtype)
    const exact = native.versions().cpuCapability === environment.cpuCapability
    params.forEach((param, i) => {
      const expected = tensorOf(weights[i] as GoldenTensor)
      const what = `${name} ${JSON.stringify(options)}: weight ${i}`
      if (exact) t.true(torch.equal(param, expected), what)
      else t.true(torch.allclose(param, expected, 2e-2, 2e-2), what)
    })
  }
})

for (const each of sparse) {
  const { name, dtype, options } = each
  test(`sparse gradients: ${name} ${dtype} ${JSON.stringify(options)}`, (t) => {
    const param = formulaTensor([ROWS, 2], 0).to(dtype).mul(2).requiresGrad_()
    const optimizer = makeOf(name)([param], options)
    for (let step = 0; step < STEPS; step++) {
      const rows = torch.tensor([[step % ROWS, (step * step + 1) % ROWS]], { dtype: 'int64' })
      const values = formulaTensor([2, 2], 1000 * (step + 1)).to(dtype)
      param.grad = torch.sparseCooTensor(rows, values, [ROWS, 2])
      optimizer.step()
    }
    const [relative, absolute] = tolerance(name, dtype)
    t.true(torch.allclose(param, tensorOf(each.weights), relative, absolute), 'weights')
    const state = optimizer.state.get(param) as Record<string, Tensor>
    for (const [key, expected] of each.state) {
      const actual = state[key] as Tensor
      const dense = actual.isSparse ? actual.toDense() : actual
      t.true(torch.allclose(dense, tensorOf(expected), relative, absolute), key)
    }
  })
}
