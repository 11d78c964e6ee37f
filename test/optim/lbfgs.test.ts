import test from 'ava'
import { optim, type Tensor, torch } from '../../lib/index.js'
import { formulaTensor, type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Case {
  dtype: 'float32' | 'float64'
  options: Partial<optim.LbfgsValues>
  losses: number[]
  weights: GoldenTensor[]
  evaluations: number
  iterations: number
  keys: string[]
  groups: [name: string, value: unknown][]
}

const { lbfgs: cases } = golden<{ lbfgs: Case[] }>('optim')

const startOf = (dtype: 'float32' | 'float64'): [Tensor, Tensor] => [
  formulaTensor([3]).to(dtype).mul(2).requiresGrad_(),
  formulaTensor([3], 100).to(dtype).mul(2).requiresGrad_(),
]

/** Rosenbrock's function, with a softer valley. */
const closureOf =
  ([x, y]: [Tensor, Tensor], optimizer: optim.Optimizer) =>
  (): Tensor => {
    optimizer.zeroGrad()
    const loss = x.neg().add(1).square().add(y.sub(x.square()).square().mul(10)).sum()
    loss.backward()
    return loss
  }

test('three steps equal PyTorch, with and without line search', (t) => {
  for (const each of cases) {
    const params = startOf(each.dtype)
    const optimizer = optim.lbfgs(params, each.options)
    const losses = [0, 1, 2].map(() => Number(optimizer.step(closureOf(params, optimizer)).item()))
    const what = `${each.dtype} ${JSON.stringify(each.options)}`
    const [relative, absolute] = each.dtype === 'float64' ? [1e-8, 1e-12] : [1e-3, 1e-5]
    const close = (actual: Tensor, expected: Tensor): boolean =>
      torch.allclose(actual, expected, relative, absolute)
    const wanted = torch.tensor(each.losses, { dtype: 'float64' })
    t.true(close(torch.tensor(losses, { dtype: 'float64' }), wanted), `${what}: losses`)
    params.forEach((param, i) => {
      t.true(close(param, tensorOf(each.weights[i] as GoldenTensor)), `${what}: weight ${i}`)
    })
    const { state, param_groups } = optimizer.stateDict()
    t.deepEqual(Object.keys(state.get(0) ?? {}), each.keys, what)
    t.deepEqual(Object.entries(param_groups[0] ?? {}), each.groups, what)
    if (each.dtype === 'float64') {
      t.is(state.get(0)?.func_evals, each.evaluations, what)
      t.is(state.get(0)?.n_iter, each.iterations, what)
    }
  }
})

test('a state dict carries the history over', (t) => {
  for (const { dtype, options } of cases) {
    const straight = startOf(dtype)
    const forStraight = optim.lbfgs(straight, { ...options, maxIter: 3 })
    forStraight.step(closureOf(straight, forStraight))
    const params = straight.map((param) =>
      param.detach().clone().requiresGrad_(),
    ) as typeof straight
    const optimizer = optim.lbfgs(params)
    optimizer.loadStateDict(forStraight.stateDict())
    forStraight.step(closureOf(straight, forStraight))
    optimizer.step(closureOf(params, optimizer))
    t.deepEqual(
      params.map((param) => param.toArray()),
      straight.map((param) => param.toArray()),
    )
  }
})

test('it needs a closure with a loss, and one group', (t) => {
  const [x, y] = startOf('float32')
  const optimizer = optim.lbfgs([x])
  t.throws(() => optimizer.step(), { instanceOf: TypeError, message: /closure/ })
  t.throws(() => optimizer.step(async () => {}), { message: /synchronous/ })
  t.throws(() => optimizer.step(() => 'loss'), { message: /returns the loss/ })
  t.throws(() => optimizer.addParamGroup({ params: [y] }), { message: /only one/ })
  t.throws(() => optim.lbfgs([{ params: [x] }, { params: [y] }]), { message: /only one/ })
  t.throws(() => optim.lbfgs([x], { lineSearchFn: 'armijo' as never }), {
    message: /'strong_wolfe' or null/,
  })
})
