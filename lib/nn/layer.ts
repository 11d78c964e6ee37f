// Layers as data: a layer is the list of its settings, how it prints, and (where it is not native) its forward.
//
//   export class ELU extends nativeLayer('ELU', { alpha: real(1), inplace: flag() }, 'alpha inplace?') {}
//   export const elu: Maker<typeof ELU, [alpha?: number, inplace?: boolean]> = maker('elu', ELU)

import { fail } from '../check.js'
import type { ModuleHandle } from '../native.js'
import { bindArguments } from '../torch/arguments.js'
import { Tensor } from '../torch/tensor.js'
import { type Fields, type OptionsOf, plain, type Settings, settingsOf } from './fields.js'
import type { Rest } from './functional/call.js'
import { Module } from './module.js'
import { createModule, NativeModule, registerClass } from './native-module.js'

/** The class of a layer, which {@link maker} makes a function of. */
export interface LayerClass<F extends Fields, Instance, Made> {
  new (made: Made): Instance
  readonly kind: string
  readonly fields: F
}

/** A layer of two inputs, as most losses are. */
export class PairModule extends NativeModule {
  override forward(input: Tensor, target?: Tensor): Tensor {
    const name = this.constructor.name
    if (!(target instanceof Tensor)) fail(name, 'target', 'a Tensor', target)
    return this.run(input, target)
  }
}

/** A layer of three inputs. */
export class TripleModule extends NativeModule {
  override forward(first: Tensor, second?: Tensor, third?: Tensor): Tensor {
    const name = this.constructor.name
    if (!(second instanceof Tensor)) fail(name, 'the second input', 'a Tensor', second)
    if (!(third instanceof Tensor)) fail(name, 'the third input', 'a Tensor', third)
    return this.run(first, second, third)
  }
}

/** Base class of a native layer with the settings `fields`, printed as `layout` says: see {@link print}. */
export function nativeLayer<
  F extends Fields,
  B extends new (
    handle: ModuleHandle,
  ) => NativeModule = typeof NativeModule,
>(
  kind: string,
  fields: F,
  layout = '',
  Base?: B,
): LayerClass<F, InstanceType<B> & Settings<F>, ModuleHandle> {
  class Layer extends ((Base ?? NativeModule) as typeof NativeModule) {
    static readonly kind = kind
    static readonly fields = fields

    override extraRepr(): string {
      return print(this, fields, layout)
    }
  }
  return Layer as unknown as LayerClass<F, InstanceType<B> & Settings<F>, ModuleHandle>
}

/** Base class of a layer that is written in TypeScript: its constructor takes the settings. */
export function scriptLayer<F extends Fields>(
  kind: string,
  fields: F,
  layout = '',
): LayerClass<F, Module & Settings<F>, Settings<F>> {
  class Layer extends Module {
    static readonly kind = kind
    static readonly fields = fields

    constructor(settings: Settings<F>) {
      super()
      for (const [name, value] of Object.entries(settings)) {
        if (fields[name]?.hidden !== true) Reflect.set(this, name, value)
      }
    }

    override extraRepr(): string {
      return print(this, fields, layout)
    }
  }
  return Layer as unknown as LayerClass<F, Module & Settings<F>, Settings<F>>
}

/** The function that makes a layer: arguments by position in the order of its settings, or by name in a last object. */
export type Maker<
  V extends { readonly fields: Fields },
  Positions extends readonly unknown[] = [],
> =
  V extends LayerClass<Fields, infer Instance, never>
    ? (...values: Rest<OptionsOf<V['fields']>, Positions>) => Instance
    : never

/** What the user wrote where it differs from what is kept: Python prints `3`, not `(3, 3)`. */
const written = new WeakMap<object, Readonly<Record<string, unknown>>>()

/** A copy of a layer prints as the layer does. */
export function inheritWritten(original: object, copy: object): void {
  const bound = written.get(original)
  if (bound !== undefined) written.set(copy, bound)
}

/** The function called `where` that makes layers of a class. */
export function maker<F extends Fields, Instance extends object, Made, M>(
  where: string,
  View: LayerClass<F, Instance, Made>,
): M {
  const { kind, fields } = View
  // What Python calls it, whatever the code was bundled with.
  Object.defineProperty(View, 'name', { value: kind })
  const isNative = View.prototype instanceof NativeModule
  if (isNative) registerClass(kind, View as never)
  const names = Object.keys(fields)
  const make = (...given: unknown[]): Instance => {
    const bound = bindArguments(where, given, names)
    const values = settingsOf(where, fields, bound)
    const layer = new View((isNative ? createModule(kind, values) : values) as Made)
    for (const [name, { finish }] of Object.entries(fields)) finish?.(layer, name, values[name])
    written.set(layer, bound)
    return layer
  }
  return make as M
}

const snake = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const same = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (Array.isArray(a) && Array.isArray(b) && String(a) === String(b))

/**
 * A layer's settings as Python prints them. The words of `layout` are their names in order; `!name` prints the value
 * alone, `name?` nothing where it is what it is unless given, `name~` sizes as they were written, and `name^` likewise
 * but None where they were not.
 */
function print(layer: object, fields: Fields, layout: string): string {
  const parts: string[] = []
  for (const word of layout.split(' ')) {
    const [, bare, name, mark] = /^(!?)(\w+)([?~^]?)$/.exec(word) ?? []
    if (name === undefined) continue
    const field = fields[name]
    const kept: unknown = Reflect.get(layer, name)
    const value = field?.hidden === true && name === 'bias' ? kept !== null : kept
    if (mark === '?' && same(value, field?.fallback?.({}))) continue
    const given = written.get(layer)?.[name]
    let text: string
    if (mark === '~') text = asWritten(layer, name, value)
    else if (mark === '^') text = given === undefined ? 'None' : asWritten(layer, name, value)
    // Python prints 2 and 2.0 as they were written.
    else if (Number.isInteger(given) && typeof value === 'number') text = String(given)
    else text = field?.text(value) ?? ''
    parts.push(bare === '!' ? text : `${snake(name)}=${text}`)
  }
  return parts.join(', ')
}

/** Sizes as they were written; of a layer that was not made by its function, equal ones as one. */
function asWritten(layer: object, name: string, kept: unknown): string {
  if (!Array.isArray(kept)) return plain(kept)
  const bound = written.get(layer)
  const isOne = kept.every((size) => size === kept[0])
  // The stride of a window is the window's own size unless given.
  const given = bound?.[name] ?? (name === 'stride' ? bound?.kernelSize : undefined)
  return isOne && !Array.isArray(given) ? plain(kept[0]) : plain(kept)
}

/** A layer whose output is a pair: values, and their indices in the input. */
export type IndexedModule = Module & {
  forward(input: Tensor): [output: Tensor, indices: Tensor]
  (input: Tensor): [output: Tensor, indices: Tensor]
}

/** As {@link Maker}; with `returnIndices` the layer's output is a pair. */
export type IndexedMaker<
  V extends { readonly fields: Fields },
  Positions extends readonly [unknown, ...unknown[]],
> = Maker<V, Positions> & {
  (first: Positions[0], options: OptionsOf<V['fields']> & { returnIndices: true }): IndexedModule
  (options: OptionsOf<V['fields']> & { returnIndices: true }): IndexedModule
}

/** The function that makes layers of a native class, or with `returnIndices` ones that call `run`. */
export function indexed<F extends Fields, Instance extends object, M>(
  where: string,
  View: LayerClass<F, Instance, ModuleHandle>,
  run: (input: Tensor, options: never) => [Tensor, Tensor],
): M {
  const { kind, fields } = View
  const Base = scriptLayer(kind, fields) as LayerClass<F, Module, Settings<F>>
  class Indexed extends Base {
    readonly returnIndices = true

    override forward(input: Tensor): [Tensor, Tensor] {
      const options = Object.keys(fields)
        .filter((name) => name !== 'returnIndices')
        .map((name) => [name, Reflect.get(this, fields[name]?.member ?? name)])
      return run(input, Object.fromEntries(options) as never)
    }

    override extraRepr(): string {
      return View.prototype.extraRepr.call(this)
    }
  }
  const plainMaker = maker<F, Instance, ModuleHandle, (options: object) => Instance>(where, View)
  const pairMaker = maker<F, Indexed, Settings<F>, (options: object) => Indexed>(where, Indexed)
  const make = (...given: unknown[]): object => {
    const bound = bindArguments(where, given, Object.keys(fields))
    return bound.returnIndices === true ? pairMaker(bound) : plainMaker(bound)
  }
  return make as M
}
