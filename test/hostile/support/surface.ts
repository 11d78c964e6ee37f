// Everything that can be called: the public functions and methods, and the raw exports of the addon.

import * as library from '../../../lib/index.js'
import { native } from '../../../lib/native.js'
import { torch } from '../../../lib/torch/index.js'
import { Tensor } from '../../../lib/torch/tensor.js'
import { access } from '../../../lib/torch/tensor-access.js'

export interface Target {
  readonly name: string
  /** Calls it; `victim` takes the places of the arguments that are not under test. */
  call(victim: Tensor, hostile: unknown, position: number, extra: number): unknown
}

type Fn = (...values: unknown[]) => unknown

/** Functions that wait for something, end the process, or start what outlives the call. */
const UNCALLED = /^(models|hub|train|dataloader|datasets)\b/

const argumentsOf = (
  victim: unknown,
  hostile: unknown,
  position: number,
  extra: number,
): unknown[] => [
  ...Array.from({ length: position }, () => victim),
  hostile,
  ...Array.from({ length: extra }, () => victim),
]

function collect(owner: object, prefix: string, found: Map<unknown, Target>, depth: number): void {
  for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
    const name = prefix === '' ? key : `${prefix}.${key}`
    if (UNCALLED.test(name) || value === Tensor || found.has(value)) continue
    if (typeof value === 'function') {
      found.set(value, {
        name,
        call: (victim, hostile, position, extra) =>
          (value as Fn)(...argumentsOf(victim, hostile, position, extra)),
      })
    } else if (typeof value === 'object' && value !== null && depth > 0 && key !== 'ops') {
      collect(value as object, name, found, depth - 1)
    }
  }
}

/** Functions of every namespace of the library, classes called without `new` among them. */
export function functionTargets(): Target[] {
  const found = new Map<unknown, Target>()
  collect(torch, 'torch', found, 2)
  for (const [name, value] of Object.entries(library)) {
    if (typeof value === 'object' && value !== null) collect(value, name, found, 2)
  }
  return [...found.values()]
}

/** Methods of Tensor, each also with a hostile `this`; accessors with a hostile `this` and a hostile value. */
export function methodTargets(): Target[] {
  const targets: Target[] = []
  for (const key of Reflect.ownKeys(Tensor.prototype)) {
    if (key === 'constructor') continue
    const property = Object.getOwnPropertyDescriptor(Tensor.prototype, key) as PropertyDescriptor
    const name = `Tensor.${String(key)}`
    const { get, set } = property
    const method = property.value as Fn | undefined
    if (typeof method === 'function') {
      targets.push({
        name,
        call: (victim, hostile, position, extra) =>
          // Position 0 is `this`.
          position === 0
            ? Reflect.apply(method, hostile, argumentsOf(victim, victim, 0, extra))
            : Reflect.apply(method, victim, argumentsOf(victim, hostile, position - 1, extra)),
      })
    }
    if (get !== undefined) {
      targets.push({ name: `get ${name}`, call: (_, hostile) => Reflect.apply(get, hostile, []) })
    }
    if (set !== undefined) {
      targets.push({
        name: `set ${name}`,
        call: (victim, hostile, position) =>
          Reflect.apply(set, position === 0 ? hostile : victim, [position === 0 ? null : hostile]),
      })
    }
  }
  return targets
}

/**
 * The addon's own functions, which only this library calls, with its scratch memory full of wrong numbers. Tensors go
 * to them as handles, which users never see.
 */
export function rawTargets(): Target[] {
  const exports = native as unknown as Record<string, Fn>
  const handle = (value: unknown): unknown => {
    try {
      return access.handleOf(value) ?? value
    } catch {
      return value // disposed
    }
  }
  const others = [
    (victim: Tensor) => handle(victim),
    () => 0,
    () => 'linear',
    () => native.createModule('linear', { inFeatures: 2, outFeatures: 2, bias: true }),
    () => native.createOptimizer('sgd'),
  ]
  const wrong = [0, 1, -1, 5, 6, 2 ** 31, 1e308, Number.NaN, Number.POSITIVE_INFINITY]
  let at = 0
  return Object.keys(exports)
    .filter((name) => typeof exports[name] === 'function')
    .flatMap((name) =>
      others.map((other, i) => ({
        name: `native.${name} (${i})`,
        call: (victim: Tensor, hostile: unknown, position: number, extra: number) => {
          const frame = native.frame
          for (let word = 0; word < 32; word++) frame[word] = wrong[at++ % wrong.length] as number
          at++
          const fn = exports[name] as Fn
          return fn(...argumentsOf(other(victim), handle(hostile), position, extra))
        },
      })),
    )
}

/** What changes the state of the process or of the thread: called last. */
export const isStateful = (name: string): boolean =>
  /\b(attach|on[A-Z]\w*|set[A-Z]\w*|use[A-Z]\w*|debug|beginScope|endScope|manualSeed|seed)\b/.test(
    name,
  )
