// Compiled, never run: the types of nn.Module, its hooks and its containers.
import type { RemovableHandle, Tensor } from '../../lib/index.js'
import { nn } from '../../lib/index.js'

declare const x: Tensor

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

class Two extends nn.Module {
  override forward(a: Tensor, factor: number): [Tensor, Tensor] {
    return [a.mul(factor), a]
  }
}
const two = new Two()
is<[Tensor, Tensor]>().of(two(x, 2), true)
// @ts-expect-error an input is missing
two(x)

// A hook knows the inputs and the output of its module.
two.registerForwardHook((module, inputs, output) => {
  is<[a: Tensor, factor: number]>().of(inputs, true)
  is<[Tensor, Tensor]>().of(output, true)
  return module.forward(...inputs)
})
is<RemovableHandle>().of(
  two.registerForwardPreHook((_, [a, factor]) => [a, factor + 1]),
  true,
)
two.registerFullBackwardHook((_, gradInput) => gradInput.map((grad) => grad?.mul(2) ?? null))
// @ts-expect-error gradients are tensors
two.registerFullBackwardHook(() => [1])
// @ts-expect-error a misspelled option
two.registerForwardHook(() => {}, { alwaysCalled: true })

// Any module is a Module, whatever its forward takes.
const modules: nn.Module[] = [two, nn.linear(1, 1), nn.crossEntropyLoss(), nn.lstm(1, 1)]
for (const module of modules) module.registerForwardHook((_, inputs) => void inputs.length)

// Containers remember what they hold.
const list = nn.moduleList([nn.linear(1, 2), nn.linear(2, 3)])
is<nn.Linear | undefined>().of(list[0], true)
is<nn.Linear>().of(list.pop(), true)
for (const one of list) is<nn.Linear>().of(one, true)
// @ts-expect-error another kind of module
list.append(nn.relu())
const sequence = nn.sequential({ conv: nn.conv2d(1, 1, 1), act: nn.relu() })
is<Tensor>().of(sequence(x), true)
// @ts-expect-error a module of two inputs
nn.sequential(two)

// The copy is what the original is.
is<Two>().of(two.clone(), true)
is<number>().of(nn.summary(two, [x, 2]).totalMacs, true)
