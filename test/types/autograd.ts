// Compiled, never run: the types of torch.autograd and of modes.
import type { FunctionContext, RemovableHandle, Tensor } from '../../lib/index.js'
import { torch } from '../../lib/index.js'

declare const x: Tensor
declare const y: Tensor
const { autograd } = torch
const { functional } = autograd

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

// As many gradients as inputs; null only where inputs may go unused.
is<[Tensor, Tensor]>().of(autograd.grad(x, [x, y]), true)
is<[Tensor]>().of(autograd.grad(x, x), true)
is<[Tensor | null, Tensor | null]>().of(autograd.grad(x, [x, y], { allowUnused: true }), true)
// @ts-expect-error a misspelled option
autograd.grad(x, [x], { retain: true })
// @ts-expect-error an input that is no tensor
autograd.grad(x, [1])

// A mode gives what its function gives, promises included.
is<number>().of(
  torch.noGrad(() => 1),
  true,
)
is<Promise<Tensor>>().of(
  torch.inferenceMode(async () => x),
  true,
)
// @ts-expect-error no function
torch.noGrad(1)

is<RemovableHandle>().of(
  x.registerHook((grad) => grad.mul(2)),
  true,
)
x.registerHook(() => {})
// @ts-expect-error a hook returns a tensor or nothing
x.registerHook(() => 1)

// A custom function takes what forward takes after the context; backward gets a gradient for each output.
const scale = autograd.function({
  forward(ctx: FunctionContext & { factor: number }, input: Tensor, factor: number) {
    ctx.factor = factor
    return [input.mul(factor), input] as const
  },
  backward(ctx, first, second) {
    is<number>().of(ctx.factor, true)
    return [first.mul(ctx.factor).add(second), null]
  },
})
is<readonly [Tensor, Tensor]>().of(scale(x, 2), true)
// @ts-expect-error the factor is missing
scale(x)
// @ts-expect-error no tensor
scale(1, 2)

is<Tensor>().of(
  functional.jacobian((a: Tensor) => a, x),
  true,
)
is<[Tensor, Tensor]>().of(
  functional.jacobian((a: Tensor, b: Tensor) => a.mul(b), [x, y]),
  true,
)
is<[[Tensor, Tensor], [Tensor, Tensor]]>().of(
  functional.hessian((a: Tensor, b: Tensor) => a.mul(b).sum(), [x, y]),
  true,
)
is<string>().of(
  torch.utils.checkpoint((a: Tensor, label: string) => `${label}${a}`, x, 'label'),
  true,
)
