import test from 'ava'
import type { FunctionContext } from '../../lib/autograd/function-context.js'
import { type Tensor, TorchError, torch } from '../../lib/index.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { autograd } = torch

const exp = autograd.function({
  name: 'Exp',
  forward(ctx, x: Tensor) {
    const y = x.exp()
    ctx.saveForBackward(y)
    return y
  },
  backward(ctx, grad) {
    const [y] = ctx.savedTensors as [Tensor]
    return grad.mul(y)
  },
})

const leaf = (values: number[]): Tensor =>
  torch.tensor(values, { dtype: 'float64', requiresGrad: true })

test('forward, backward, and the name in the graph', (t) => {
  const x = leaf([0, 1])
  const y = exp(x)
  t.is(y.gradFnName, 'ExpBackward')
  t.false(y.isLeaf)
  y.backward(torch.tensor([2, 3], { dtype: 'float64' }))
  t.deepEqual(x.grad?.toArray(), [2, 3 * Math.E])
})

test('without recording nothing is kept', (t) => {
  const x = leaf([0, 1])
  t.false(torch.noGrad(() => exp(x)).requiresGrad)
  t.false(exp(x.detach()).requiresGrad)
})

test('tensors and other values mixed, several outputs, null gradients', (t) => {
  const seen: unknown[] = []
  const f = autograd.function({
    forward(
      ctx: FunctionContext & { factor?: number },
      a: Tensor,
      factor: number,
      b: Tensor,
      label: string,
      c: Tensor,
    ) {
      seen.push(ctx.needsInputGrad, label)
      ctx.factor = factor
      return [a.mul(factor), b.add(c), label] as const
    },
    backward(ctx, first, second) {
      seen.push(first.toArray(), second.toArray())
      return [first.mul(ctx.factor as number), null, second, undefined, null]
    },
  })
  const a = leaf([1, 2])
  const b = leaf([3, 4])
  const c = leaf([5, 6])
  const [p, q, label] = f(a, 10, b, 'text', c)
  t.is(label, 'text')
  t.deepEqual(p.toArray(), [10, 20])
  p.sum().add(q.mul(2).sum()).backward()
  t.deepEqual(a.grad?.toArray(), [10, 10])
  t.deepEqual(b.grad?.toArray(), [2, 2])
  t.is(c.grad, null)
  t.deepEqual(seen, [[true, false, true, false, true], 'text', [1, 1], [2, 2]])
})

test('outputs without a gradient give zeros, or null', (t) => {
  const split = (materialize: boolean, seen: unknown[]) =>
    autograd.function({
      forward(ctx, x: Tensor) {
        ctx.setMaterializeGrads(materialize)
        return [x.mul(2), x.mul(3)] as const
      },
      backward(_ctx, first, second) {
        seen.push(first.toArray(), second === null ? null : second.toArray())
        return first.mul(2)
      },
    })
  const zeros: unknown[] = []
  const x = leaf([1])
  split(true, zeros)(x)[0].sum().backward()
  t.deepEqual(zeros, [[1], [0]])
  const nulls: unknown[] = []
  split(false, nulls)(x)[0].sum().backward()
  t.deepEqual(nulls, [[1], null])
})

test('derivatives of derivatives run through backward', (t) => {
  const cube = autograd.function({
    forward(ctx, x: Tensor) {
      ctx.saveForBackward(x)
      return x.pow(3)
    },
    backward(ctx, grad) {
      const [x] = ctx.savedTensors as [Tensor]
      return grad.mul(x.mul(x)).mul(3)
    },
  })
  const x = leaf([2])
  const [first] = autograd.grad(cube(x).sum(), [x], { createGraph: true })
  const [second] = autograd.grad(first.sum(), [x], { createGraph: true })
  const [third] = autograd.grad(second.sum(), [x])
  t.deepEqual(
    [first, second, third].map((g) => g.toArray()),
    [[12], [12], [6]],
  )
  // Through a saved output too: the derivative of exp is itself.
  const [one] = autograd.grad(exp(x).sum(), [x], { createGraph: true })
  const [two] = autograd.grad(one.sum(), [x])
  t.deepEqual(two.toArray(), [Math.exp(2)])
})

test('a second backward needs retainGraph', (t) => {
  const x = leaf([1])
  const y = exp(x)
  y.sum().backward(null, { retainGraph: true })
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), [2 * Math.E])
  t.throws(() => y.sum().backward(), {
    instanceOf: TorchError,
    message: /Trying to backward through the graph a second time/,
  })
})

test('saved tensors must not be changed in place', (t) => {
  const square = autograd.function({
    forward(ctx, x: Tensor) {
      ctx.saveForBackward(x, null)
      return x.mul(x)
    },
    backward(ctx, grad) {
      const [x, nothing] = ctx.savedTensors as [Tensor, Tensor | null]
      t.is(nothing, null)
      return grad.mul(x).mul(2)
    },
  })
  const x = leaf([1, 2])
  const h = x.mul(1)
  // Disposed at the end: a graph that a failed backward has not freed refers to this function's variables.
  using y = square(h)
  h.add_(1)
  t.throws(() => y.sum().backward(), {
    message:
      /modified by an inplace operation.*output 0 of Add, is at version 1; expected version 0/,
  })
  square(x).sum().backward()
  t.deepEqual(x.grad?.toArray(), [2, 4])
})

test('errors of forward and backward pass unchanged', (t) => {
  const mine = new Error('mine')
  const bad = autograd.function({
    name: 'Bad',
    forward(_ctx, x: Tensor, where: string) {
      if (where === 'forward') throw mine
      return x.mul(1)
    },
    backward() {
      throw mine
    },
  })
  const x = leaf([1])
  t.is(
    t.throws(() => bad(x, 'forward')),
    mine,
  )
  t.true(torch.isGradEnabled())
  using y = bad(x, 'backward').mul(2).sum()
  t.is(
    t.throws(() => y.backward()),
    mine,
  )
  t.true(torch.isGradEnabled())
})

test('what backward returns is checked', (t) => {
  const returning = (value: unknown) =>
    autograd.function({
      name: 'F',
      forward: (_ctx, x: Tensor, _factor: number) => x.mul(1),
      backward: () => value as Tensor,
    })
  const refused = (value: unknown, message: RegExp): void => {
    const y = returning(value)(leaf([1, 2]), 3).sum()
    t.throws(() => y.backward(), { message })
  }
  const one = torch.ones([2], { dtype: 'float64' })
  refused(one, /^F.backward: expected one gradient for each input, 2, got 1$/)
  refused([one, null, one], /expected one gradient for each input, 2, got 3$/)
  refused([one, one], /^F.backward: input 1 is no tensor, so that its gradient must be null$/)
  refused([1, null], /^F.backward: expected a Tensor or null for input 0, got 1$/)
  refused(
    [torch.ones([3]), null],
    /Function FBackward returned an invalid gradient at index 0 - got \[3\]/,
  )
  const x = leaf([1, 2])
  returning([torch.ones([2], { dtype: 'float32' }), null, null])(x, 3)
    .sum()
    .backward()
  t.is(x.grad?.dtype, 'float64')
})

test('wrong definitions and results', (t) => {
  t.throws(() => autograd.function({ forward: 1 as never, backward: () => null }), {
    message: /^function: expected a function for forward, got 1$/,
  })
  t.throws(() => autograd.function({ forward: () => 1 as never } as never), {
    message: /expected a function for backward/,
  })
  const forwarding = (value: unknown) =>
    autograd.function({ name: 'G', forward: () => value as Tensor, backward: () => null })
  t.throws(() => forwarding(3)(), {
    message: /^G.forward: expected a Tensor or an array for its result, got 3$/,
  })
  t.throws(() => forwarding(Promise.resolve())(), { message: /^G.forward: must not be async/ })
  const late = autograd.function({
    name: 'Late',
    forward: (ctx, x: Tensor) => {
      t.throws(() => ctx.savedTensors, { message: /only be used in backward/ })
      t.throws(() => ctx.saveForBackward(1 as never), { message: /ctx.saveForBackward: expected/ })
      return x.mul(1)
    },
    backward(ctx, grad) {
      t.throws(() => ctx.saveForBackward(grad), { message: /^Late: ctx.saveForBackward can only/ })
      return grad
    },
  })
  late(leaf([1]))
    .sum()
    .backward()
})

test('an input changed in place becomes the output', (t) => {
  const double = autograd.function({
    name: 'Double',
    forward(ctx, x: Tensor) {
      x.mul_(2)
      ctx.markDirty(x)
      return x
    },
    backward: (_ctx, grad) => grad.mul(2),
  })
  const x = leaf([1, 2])
  const h = x.mul(1)
  t.is(double(h), h)
  t.is(h.gradFnName, 'DoubleBackward')
  h.sum().backward()
  t.deepEqual(x.grad?.toArray(), [2, 2])
  t.throws(() => double(leaf([1])), { message: /a leaf Variable that requires grad/ })
})

test('changing a view in place changes the history of its base', (t) => {
  const negate = autograd.function({
    name: 'Negate',
    forward(ctx, x: Tensor) {
      ctx.markDirty(x)
      return x.neg_()
    },
    backward: (_ctx, grad) => grad.neg(),
  })
  const x = leaf([1, 2, 3])
  const base = x.mul(1)
  negate(base.narrow(0, 0, 2))
  t.deepEqual(base.toArray(), [-1, -2, 3])
  base.sum().backward()
  t.deepEqual(x.grad?.toArray(), [-1, -1, 1])
})

test('an input returned as it is, and a view of it', (t) => {
  const identity = autograd.function({
    name: 'Identity',
    forward: (_ctx, x: Tensor) => x,
    backward: (_ctx, grad) => grad.mul(10),
  })
  const x = leaf([1, 2])
  const y = identity(x)
  t.not(y, x)
  t.true(x.isLeaf)
  t.is(y.gradFnName, 'IdentityBackward')
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), [10, 10])
  const first = autograd.function({
    name: 'First',
    forward: (_ctx, x: Tensor) => x.narrow(0, 0, 1),
    backward: (_ctx, grad) => torch.cat([grad.mul(7), torch.zeros([1], { dtype: 'float64' })]),
  })
  const z = leaf([1, 2])
  first(z).sum().backward()
  t.deepEqual(z.grad?.toArray(), [7, 0])
})

test('outputs that backward needs no gradient for', (t) => {
  const argsort = autograd.function({
    name: 'Sort',
    forward(ctx, x: Tensor) {
      const { values, indices } = x.sort()
      ctx.markNonDifferentiable(indices)
      ctx.saveForBackward(indices)
      return [values, indices] as const
    },
    backward(ctx, grad) {
      const [indices] = ctx.savedTensors as [Tensor]
      return torch.zeros([3], { dtype: 'float64' }).scatter(0, indices, grad)
    },
  })
  const x = leaf([3, 1, 2])
  const [values, indices] = argsort(x)
  t.false(indices.requiresGrad)
  t.deepEqual(indices.toArray(), [1, 2, 0])
  values
    .mul(torch.tensor([1, 10, 100], { dtype: 'float64' }))
    .sum()
    .backward()
  t.deepEqual(x.grad?.toArray(), [100, 1, 10])
})

test('custom functions inside custom functions and hooks around them', (t) => {
  const outer = autograd.function({
    name: 'Outer',
    forward(ctx, x: Tensor) {
      ctx.saveForBackward(x)
      return exp(x).mul(2)
    },
    backward(ctx, grad) {
      const [x] = ctx.savedTensors as [Tensor]
      return exp(x).mul(2).mul(grad)
    },
  })
  const x = leaf([1])
  const y = outer(x)
  const seen: unknown[] = []
  y.registerHook((grad) => {
    seen.push(grad.toArray())
  })
  y.sum().backward()
  t.deepEqual(seen, [[1]])
  t.deepEqual(x.grad?.toArray(), [2 * Math.E])
})

test('a chain of 20,000 custom functions runs and is freed', (t) => {
  const next = autograd.function({
    name: 'Next',
    forward: (_ctx, x: Tensor) => x.add(1),
    backward: (_ctx, grad) => grad,
  })
  const x = leaf([0])
  let y: Tensor = x
  for (let i = 0; i < 20_000; i++) y = next(y)
  y.sum().backward()
  t.deepEqual(x.grad?.toArray(), [1])
  let unused: Tensor = x
  for (let i = 0; i < 20_000; i++) unused = next(unused)
  unused.dispose()
  t.pass()
})
