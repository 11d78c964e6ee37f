// What a checkpoint holds: the states of a run's parts, collected from them and given back.

import { fail, isPlainObject } from '../../check.js'
import { Module } from '../../nn/module.js'
import { Optimizer } from '../../optim/optimizer.js'
import { Generator } from '../../torch/generator.js'
import { allDefaultGenerators } from '../../torch/random.js'
import type { Tensor } from '../../torch/tensor.js'
import { refuse } from '../error.js'
import { plainDicts } from '../values.js'
import type { Manifest } from './manifest.js'

/** Anything that gives its state as plain data and tensors, and takes it back. */
export interface Stateful {
  stateDict(): unknown
  loadStateDict(state: never): unknown
}

/** One part, or several by name. */
export type Several<T> = T | Readonly<Record<string, T>> | readonly T[]

/** The parts of a run whose state a checkpoint keeps. */
export interface RunParts {
  /** Modules. */
  readonly model?: Several<Stateful>
  readonly optimizer?: Several<Stateful>
  readonly scheduler?: Several<Stateful>
  /** A `GradScaler`. */
  readonly scaler?: Several<Stateful>
  /** A loader, whose order and position are kept. */
  readonly loader?: Several<Stateful>
  /** Generators of one's own; the default ones of all devices are always kept. */
  readonly generator?: Several<Generator>
}

const KINDS = ['model', 'optimizer', 'scheduler', 'scaler', 'loader'] as const
export const PART_NAMES = [...KINDS, 'generator'] as const

const isStateful = (value: unknown): value is Stateful => {
  const { stateDict, loadStateDict } = Object(value) as Partial<Stateful>
  return typeof stateDict === 'function' && typeof loadStateDict === 'function'
}

/**
 * Whether a part is known to copy the tensors it loads; one of the user's may keep them. Our other parts have none in
 * their states.
 */
const copiesTensors = ({ loadStateDict }: Stateful): boolean =>
  loadStateDict === Module.prototype.loadStateDict ||
  loadStateDict === Optimizer.prototype.loadStateDict

const isGenerator = (value: unknown): value is Generator => value instanceof Generator

/** One part, or parts by name. */
function partsOf<T>(
  where: string,
  kind: string,
  given: unknown,
  is: (value: unknown) => value is T,
): T | Map<string, T> {
  if (is(given)) return given
  const expected =
    kind === 'generator' ? 'a Generator' : 'an object with stateDict and loadStateDict'
  if (!Array.isArray(given) && !isPlainObject(given)) {
    fail(where, kind, `${expected}, or several by name`, given)
  }
  return new Map(
    Object.entries(given).map(([name, value]) => [
      name,
      is(value) ? value : fail(where, `${kind}.${name}`, expected, value),
    ]),
  )
}

/** The states of a run, to be written, and the names in them. */
export interface Collected {
  readonly model: unknown
  readonly training: Record<string, unknown>
  readonly names: Manifest['parts']
}

/** Asks every part for its state. */
export function collect(where: string, parts: RunParts): Collected {
  const states: Record<string, unknown> = {}
  const names: Record<string, true | readonly string[]> = {}
  const take = <T>(
    kind: string,
    is: (value: unknown) => value is T,
    stateOf: (part: T) => unknown,
  ): void => {
    const given = parts[kind as keyof RunParts]
    if (given === undefined) return
    const found = partsOf(where, kind, given, is)
    const isMap = found instanceof Map
    names[kind] = isMap ? [...found.keys()] : true
    states[kind] = isMap
      ? new Map([...found].map(([name, part]) => [name, stateOf(part)]))
      : stateOf(found)
  }
  for (const kind of KINDS) take(kind, isStateful, (part) => part.stateDict())
  take('generator', isGenerator, (generator) => generator.getState())
  const random = new Map(allDefaultGenerators().map((one) => [one.device, one.getState()]))
  const { model, ...training } = states
  return { model, training: { ...training, random }, names }
}

/** Refuses parts that a checkpoint does not hold, before any of them is changed. */
export function checkParts(where: string, parts: RunParts, names: Manifest['parts']): void {
  for (const kind of PART_NAMES) {
    const given = parts[kind]
    if (given === undefined) continue
    const found =
      kind === 'generator'
        ? partsOf(where, kind, given, isGenerator)
        : partsOf(where, kind, given, isStateful)
    const saved = names[kind]
    if (saved === undefined) refuse(`holds no ${kind}`)
    const wanted = found instanceof Map ? [...found.keys()] : undefined
    if (wanted === undefined && saved !== true) {
      refuse(`holds several of ${kind}: ${saved.join(', ')}`)
    }
    for (const name of wanted ?? []) {
      if (saved === true || !saved.includes(name)) refuse(`holds no ${kind} named ${name}`)
    }
  }
}

/**
 * Gives the parts their states back, one after another.
 *
 * @param noteKept is told, before it is given, each state whose tensors the part may keep
 */
export async function restore(
  where: string,
  parts: RunParts,
  states: ReadonlyMap<string, unknown>,
  noteKept: (state: unknown) => void,
): Promise<void> {
  const give = async <T>(
    kind: string,
    is: (value: unknown) => value is T,
    load: (part: T, state: unknown) => unknown,
  ): Promise<void> => {
    const given = parts[kind as keyof RunParts]
    if (given === undefined) return
    const found = partsOf(where, kind, given, is)
    const state = states.get(kind)
    if (!(found instanceof Map)) await load(found, state)
    else {
      for (const [name, part] of found) await load(part, (state as Map<string, unknown>).get(name))
    }
  }
  for (const kind of KINDS) {
    // Modules keep the order of their names; all others take plain objects.
    const asGiven = (state: unknown) => (kind === 'model' ? state : plainDicts(state))
    await give(kind, isStateful, (part, state) => {
      if (!copiesTensors(part)) noteKept(state)
      return part.loadStateDict(asGiven(state) as never)
    })
  }
  await give('generator', isGenerator, (generator, state) => generator.setState(state as Tensor))
}

/** Puts the default generators of the devices that are here back to where they were. */
export function restoreRandom(states: unknown): void {
  for (const generator of allDefaultGenerators()) {
    const state = states instanceof Map ? states.get(generator.device) : undefined
    if (state !== undefined) generator.setState(state as Tensor)
  }
}
