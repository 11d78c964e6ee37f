import test from 'ava'
import { type Tensor, torch } from '../../lib/index.js'
import { type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)
const { gradcheck, gradgradcheck, GradcheckError, functional } = torch.autograd

const leaf = (values: number[], shape = [values.length]): Tensor =>
  torch.tensor(values, { dtype: 'float64' }).reshape(shape).requiresGrad_()

const wrong = torch.autograd.function({
  name: 'Wrong',
  forward(ctx, x: Tensor) {
    ctx.saveForBackward(x)
    return x.mul(x)
  },
  backward(ctx, grad) {
    const [x] = ctx.savedTensors as [Tensor]
    return grad.mul(x).mul(3)
  },
})

test('right derivatives pass', (t) => {
  const x = leaf([0.3, -0.7, 1.1])
  const y = leaf([0.5, 0.2, -0.4])
  t.true(gradcheck((a: Tensor) => a.sin(), x))
  t.true(gradcheck((a: Tensor, b: Tensor) => [a.mul(b), a.div(b.exp())], [x, y]))
  t.true(gradcheck((a: Tensor, b: Tensor) => a.mul(b), [x, y.detach()]))
  t.true(gradcheck((a: Tensor) => a.reshape(1, 3).matmul(a.reshape(3, 1)), x))
  t.true(gradgradcheck((a: Tensor, b: Tensor) => a.pow(3).mul(b), [x, y]))
  t.true(gradcheck((a: Tensor) => a.mul(0).add(2), x))
  t.true(gradcheck((a: Tensor) => a.detach().mul(0), x))
  t.true(gradcheck((a: Tensor) => a.transpose(0, 1).exp(), leaf([1, 2, 3, 4, 5, 6], [2, 3])))
})

test('complex numbers', (t) => {
  const z = torch.complex(leaf([0.3, 1.2]).detach(), leaf([-0.4, 0.6]).detach()).requiresGrad_()
  t.true(gradcheck((a: Tensor) => a.exp(), z))
  t.true(gradcheck((a: Tensor) => a.abs(), z))
  t.true(gradcheck((a: Tensor) => a.mul(a.conj()), z))
  t.true(gradcheck((a: Tensor) => torch.complex(a, a.sin()), leaf([0.1, 0.2])))
  t.true(gradgradcheck((a: Tensor) => a.mul(a), z))
})

test('wrong ones do not, and show both Jacobians', (t) => {
  const x = leaf([1, 2])
  const error = t.throws(() => gradcheck(wrong, x), { instanceOf: GradcheckError })
  t.regex(error.message, /^gradcheck: Jacobian mismatch for output 0 with respect to input 0/)
  t.regex(error.message, /numerical: tensor\(\[\[2\.0000, 0\.0000\],\n\s+\[0\.0000, 4\.0000\]\]/)
  t.regex(error.message, /analytical: tensor\(\[\[3\., 0\.\],\n\s+\[0\., 6\.\]\]/)
  t.false(gradcheck(wrong, x, { raiseException: false }))
  t.throws(() => gradgradcheck((a: Tensor) => wrong(a).mul(a.exp()), x), {
    instanceOf: GradcheckError,
  })
})

test('functions that hide a dependence, differ from run to run, or need each gradient', (t) => {
  const x = leaf([1, 2])
  t.throws(() => gradcheck((a: Tensor) => a.detach().mul(2), x), {
    message: /output 0 does not require grad, but depends on input 0/,
  })
  let runs = 0
  const noisy = torch.autograd.function({
    forward: (_ctx, a: Tensor) => a.mul(2),
    backward: (_ctx, grad) => grad.mul(2 + 1e-9 * runs++),
  })
  t.throws(() => gradcheck(noisy, x), { message: /gives different values when it runs twice/ })
  t.true(gradcheck(noisy, x, { nondetTol: 1e-6 }))
  const constant = torch.autograd.function({
    forward(ctx, a: Tensor) {
      ctx.setMaterializeGrads(false)
      return a.mul(1)
    },
    backward: (_ctx, grad) => (grad as Tensor | null) ?? torch.ones([2], { dtype: 'float64' }),
  })
  const two = (a: Tensor): Tensor => constant(a)
  t.throws(() => gradcheck(two, x), {
    message: /must take an output without a gradient for one of zeros/,
  })
  t.true(gradcheck(two, x, { checkUndefinedGrad: false }))
})

test('wrong arguments', (t) => {
  const x = leaf([1])
  t.throws(() => gradcheck(1 as never, x), { message: /^gradcheck: expected a function for fn/ })
  t.throws(() => gradcheck((a: Tensor) => a, x.detach()), { message: /must require grad/ })
  t.throws(() => gradcheck((a: Tensor) => a, [1 as never]), {
    message: /^gradcheck: expected a Tensor for inputs\[0\], got 1$/,
  })
  t.throws(() => gradcheck(() => 1 as never, x), { message: /for the result of fn, got 1/ })
  t.throws(() => gradcheck((a: Tensor) => a, x, { tol: 1 } as never), { message: /unknown option/ })
  t.throws(() => gradcheck((a: Tensor) => a, x, { eps: -1 }), { instanceOf: RangeError })
  t.throws(() => gradgradcheck((a: Tensor) => a.pow(3), x, 5 as never), {
    message: /^gradgradcheck: expected a Tensor or an array of Tensors for gradOutputs, got 5$/,
  })
})

interface Case {
  readonly x: GoldenTensor
  readonly y: GoldenTensor
  readonly v: GoldenTensor
  readonly jacobian: readonly (readonly GoldenTensor[])[]
  readonly jacobianOne: GoldenTensor
  readonly hessian: readonly (readonly GoldenTensor[])[]
  readonly hessianOne: GoldenTensor
  readonly vjp: readonly GoldenTensor[]
  readonly jvp: readonly GoldenTensor[]
  readonly hvp: GoldenTensor
}

test("Jacobians and Hessians are PyTorch's", (t) => {
  const stored = golden<Case>('autograd')
  const [x, y, v] = [stored.x, stored.y, stored.v].map(tensorOf) as [Tensor, Tensor, Tensor]
  const equal = (found: Tensor, expected: GoldenTensor): void => {
    t.deepEqual(found.shape, expected.shape)
    t.true(found.allclose(tensorOf(expected), 1e-12, 1e-12))
    t.false(found.requiresGrad)
  }
  const pair = (a: Tensor, b: Tensor): [Tensor, Tensor] => [a.mul(b).exp(), a.pow(2).sum()]
  const scalar = (a: Tensor, b: Tensor): Tensor => a.pow(3).mul(b).sum().add(b.exp().sum())
  const jacobians = functional.jacobian(pair, [x, y])
  for (const o of [0, 1] as const) {
    for (const i of [0, 1] as const) equal(jacobians[o][i], stored.jacobian[o]?.[i] as GoldenTensor)
  }
  equal(
    functional.jacobian((a: Tensor) => a.sin().cumsum(0), x),
    stored.jacobianOne,
  )
  const hessians = functional.hessian(scalar, [x, y])
  for (const o of [0, 1] as const) {
    for (const i of [0, 1] as const) equal(hessians[o][i], stored.hessian[o]?.[i] as GoldenTensor)
  }
  equal(
    functional.hessian((a: Tensor) => a.pow(4).sum(), x),
    stored.hessianOne,
  )
  const [, products] = functional.vjp((a: Tensor, b: Tensor) => a.mul(b).exp(), [x, y], v)
  equal(products[0], stored.vjp[0] as GoldenTensor)
  equal(products[1], stored.vjp[1] as GoldenTensor)
  const [output, product] = functional.jvp((a: Tensor) => a.pow(3), x, v)
  equal(output, stored.jvp[0] as GoldenTensor)
  equal(product, stored.jvp[1] as GoldenTensor)
  const cubes = (a: Tensor): Tensor => a.pow(3).sum().mul(a.sum())
  equal(functional.hvp(cubes, x, v)[1], stored.hvp)
  equal(functional.vhp(cubes, x, v)[1], stored.hvp)
})

test('results can be differentiated with createGraph', (t) => {
  const x = leaf([1, 2])
  const matrix = functional.jacobian((a: Tensor) => a.pow(3), x, { createGraph: true })
  matrix.sum().backward()
  t.deepEqual(x.grad?.toArray(), [6, 12])
  t.false(functional.jacobian((a: Tensor) => a.pow(3), x).requiresGrad)
  const [, product] = functional.vjp((a: Tensor) => a.pow(2).sum(), x, undefined, {
    createGraph: true,
  })
  t.true(product.requiresGrad)
  t.deepEqual(product.detach().toArray(), [2, 4])
})

test('what functional refuses', (t) => {
  const x = leaf([1, 2])
  t.throws(() => functional.hessian((a: Tensor) => a, x), { message: /a single number/ })
  t.throws(() => functional.hvp((a: Tensor) => a, x, x), { message: /a single number/ })
  t.throws(() => functional.vjp((a: Tensor) => a, x), { message: /v can only be left out/ })
  t.throws(() => functional.vjp((a: Tensor) => a, x, leaf([1])), {
    instanceOf: RangeError,
    message: /^vjp: expected shape \[2\] for v, got \[1\]$/,
  })
  t.throws(() => functional.jacobian(() => 1 as never, x), { message: /for the result of fn/ })
  t.throws(() => functional.hessian((a: Tensor) => a.sum(), 3 as never), {
    message: /^hessian: .* for inputs, got 3$/,
  })
  t.throws(() => functional.jacobian((a: Tensor) => a, 3 as never), {
    message: /for inputs, got 3/,
  })
})
