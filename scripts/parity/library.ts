// PyTorch's names in this library, found at run time by the naming rule: torch.index_select → torch.indexSelect.

import { nn } from '../../lib/index.js'
import { camelCase } from '../../lib/torch/camel.js'
import { torch } from '../../lib/torch/index.js'
import { Tensor } from '../../lib/torch/tensor.js'

type Callable = (...args: unknown[]) => unknown
type Members = Readonly<Record<string, unknown>>

/** The library has no function of this name. */
export class AbsentError extends Error {
  override name = 'AbsentError'
}

function member(holder: unknown, name: string): Callable {
  const value = (holder as Members | undefined)?.[name]
  if (typeof value !== 'function') throw new AbsentError(`there is no ${name}`)
  return value.bind(holder) as Callable
}

const method =
  (name: string): Callable =>
  (self, ...rest) => {
    if (!(self instanceof Tensor)) throw new TypeError(`${name}: a ${typeof self} has no methods`)
    return member(self, name)(...rest)
  }

const reversed =
  (name: string): Callable =>
  (self, other, ...rest) =>
    member(torch, name)(other, self, ...rest)

/** What Python writes as operators. The reflected ones have their operands the other way round. */
const OPERATORS: Readonly<Record<string, Callable>> = {
  __getitem__: method('index'),
  __setitem__: method('indexPut_'),
  __add__: method('add'),
  __radd__: method('add'),
  __sub__: method('sub'),
  __rsub__: (...args) => member(torch, 'rsub')(...args),
  __mul__: method('mul'),
  __rmul__: method('mul'),
  __truediv__: method('div'),
  __rdiv__: (self, other) => (self as Tensor).reciprocal().mul(other as Tensor),
  __matmul__: method('matmul'),
  __rmatmul__: reversed('matmul'),
  __pow__: method('pow'),
  __rpow__: reversed('pow'),
  __mod__: method('remainder'),
  __rmod__: reversed('remainder'),
  __and__: method('bitwiseAnd'),
  __rand__: method('bitwiseAnd'),
  __or__: method('bitwiseOr'),
  __ror__: method('bitwiseOr'),
  __xor__: method('bitwiseXor'),
  __rxor__: method('bitwiseXor'),
  __neg__: method('neg'),
  __invert__: method('bitwiseNot'),
  __eq__: method('eq'),
  __ne__: method('ne'),
  __lt__: method('lt'),
  __le__: method('le'),
  __gt__: method('gt'),
  __ge__: method('ge'),
}

/** A property of a tensor, or the method that stands for it. */
const property =
  (name: string): Callable =>
  (self) => {
    const value = (self as unknown as Members)[name]
    if (value === undefined) throw new AbsentError(`there is no ${name}`)
    return typeof value === 'function' ? value.call(self) : value
  }

/**
 * The function of this library that PyTorch's `name` stands for: `torch.linalg.svd`, `torch.Tensor.add_` (the tensor
 * is the first argument), `get.T`, `torch.ops.aten.add.Tensor`.
 *
 * @throws AbsentError where there is none
 */
export function find(name: string): Callable {
  const path = name.split('.')
  const last = path.pop() as string
  const holder = path.join('.')
  if (holder === 'get') return property(camelCase(last))
  if (holder === 'torch.Tensor' || holder === 'x') return OPERATORS[last] ?? method(camelCase(last))
  if (holder.startsWith('torch.ops.')) return member(walk(torch.ops, path.slice(2)), last)
  const space = holder === 'torch.nn.functional' ? nn.functional : walk(torch, path.slice(1))
  return member(space, camelCase(last))
}

/**
 * The function of a namespace that makes what Python's class `name` makes: `Conv2d` is `nn.conv2d`, `BCELoss` is
 * `nn.bceLoss`.
 *
 * @throws AbsentError where there is none
 */
export function maker(namespace: object, name: string): Callable {
  const wanted = name.toLowerCase()
  const found = Object.keys(namespace).find(
    (key) => key.toLowerCase() === wanted && /^[a-z]/.test(key),
  )
  return member(namespace, found ?? name)
}

const walk = (from: unknown, path: readonly string[]): unknown =>
  path.reduce((holder, step) => (holder as Members | undefined)?.[step], from)
