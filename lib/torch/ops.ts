// torch.ops.<namespace>.<name>.<overload>: any operator of the dispatcher, by its own name.

import { native } from '../native.js'
import { findOverload, OverloadSet } from './dispatch.js'

/** One overload: positional arguments in schema order, `self` included, keywords in a last plain object. */
export type RawOperator = (...values: unknown[]) => unknown

/** The overloads of an operator; the nameless one is `default`. */
export type OperatorPacket = Readonly<Record<string, RawOperator>>

/** The operators of a namespace, by ATen's snake_case names. */
export type OperatorNamespace = Readonly<Record<string, OperatorPacket>>

/** A namespace whose members are made when first asked for; `make` answers undefined for those there are not. */
function lazy<T>(make: (name: string) => T | undefined): Readonly<Record<string, T>> {
  return new Proxy(Object.create(null) as Record<string, T>, {
    get(made, name) {
      if (typeof name !== 'string') return undefined
      if (!(name in made)) {
        const value = make(name)
        if (value === undefined) return undefined
        made[name] = value
      }
      return made[name]
    },
  })
}

function rawOperator(qualifiedName: string): RawOperator | undefined {
  if (findOverload(qualifiedName, false) === undefined) return undefined
  const set = new OverloadSet(qualifiedName.replace(/^aten::/, ''), qualifiedName, false)
  return (...values) => set.invoke(undefined, values)
}

/**
 * Every operator of the dispatcher, those of loaded libraries included: `torch.ops.aten.add.Tensor(a, b)`,
 * `torch.ops.aten.relu.default(x)`. Undefined where there is none. PyTorch's `torch.ops`.
 */
export const ops: Readonly<Record<string, OperatorNamespace>> = lazy((namespace) =>
  lazy((name) =>
    lazy((overload) =>
      rawOperator(`${namespace}::${name}${overload === 'default' ? '' : `.${overload}`}`),
    ),
  ),
)

/** Every operator with a schema: `'aten::add.Tensor'` …. */
export const listOperators = (): string[] => native.listOperators()
