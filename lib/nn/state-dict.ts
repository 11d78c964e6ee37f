// State dicts of modules: collecting and loading, with their hooks.

import { noGradSync } from '../autograd/modes.js'
import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkBoolean, checkFunction, checkOptions, checkString, fail } from '../check.js'
import { TorchError } from '../errors.js'
import { checkIdle } from '../torch/computing.js'
import { Parameter, type Tensor } from '../torch/tensor.js'
import { access } from '../torch/tensor-access.js'
import type { HookList } from './hook-list.js'
import { type Hooks, hooksOf } from './hooks.js'
import { namedModules, ownMembers } from './members.js'
import type { Module } from './module.js'
import { parameter } from './parameter.js'
import type { LoadReport, StateDict } from './state-hooks.js'

/** Options of {@link Module.stateDict}. */
export interface StateDictOptions {
  /** Put before each name, as it is: `'model.'`. */
  prefix?: string
  /** Whether to give the module's own tensors, which are part of the graph, rather than aliases outside it. */
  keepVars?: boolean
  /** The map to fill instead of a new one. */
  destination?: StateDict
}

/** Options of {@link Module.loadStateDict}. */
export interface LoadOptions {
  /** Whether missing and unexpected names are errors; true unless said otherwise. */
  strict?: boolean
  /** Whether the given tensors become the module's own, dtype and device included, instead of being copied. */
  assign?: boolean
}

/** A tensor of a module's state, with the place it has there. */
interface Entry {
  readonly key: string
  readonly module: Module
  readonly name: string
  readonly tensor: Tensor
}

/** State-dict names that older files lack: BatchNorm counted no batches before PyTorch 0.4.1. */
const isOptionalKey = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name)

/** The module's own parameters and persistent buffers. */
function* entriesOf(module: Module, prefix: string): Generator<Entry> {
  const { parameters, buffers, transient } = ownMembers(module)
  for (const [name, tensor] of parameters) {
    if (tensor !== null) yield { key: prefix + name, module, name, tensor }
  }
  for (const [name, tensor] of buffers) {
    if (tensor !== null && !transient.has(name)) yield { key: prefix + name, module, name, tensor }
  }
}

/** Registers a hook of state dicts. */
export function addStateHook(
  module: Module,
  where: string,
  kind: 'statePre' | 'statePost' | 'loadPre' | 'loadPost',
  hook: unknown,
): RemovableHandle {
  checkFunction(where, 'hook', hook)
  return (hooksOf(module)[kind] as HookList<unknown>).add(hook)
}

const hooksIn = (module: Module): Hooks | undefined => ownMembers(module).hooks

export function stateDict(root: Module, options: StateDictOptions | undefined): StateDict {
  const where = 'stateDict'
  const {
    prefix = '',
    keepVars = false,
    destination = new Map(),
  } = checkOptions(where, options, ['prefix', 'keepVars', 'destination'])
  checkString(where, 'prefix', prefix)
  checkBoolean(where, 'keepVars', keepVars)
  if (!(destination instanceof Map)) fail(where, 'destination', 'a Map', destination)
  collect(root, prefix, keepVars, destination)
  return destination
}

function collect(module: Module, prefix: string, keepVars: boolean, state: StateDict): void {
  const hooks = hooksIn(module)
  for (const hook of hooks?.statePre ?? []) hook(module, prefix, keepVars)
  for (const { key, tensor } of entriesOf(module, prefix)) {
    state.set(key, keepVars ? tensor : tensor.detach())
  }
  for (const [name, child] of ownMembers(module).children) {
    collect(child, `${prefix}${name}.`, keepVars, state)
  }
  for (const hook of hooks?.statePost ?? []) hook(module, state, prefix)
}

/** A copy of what the user gave: hooks may change it. */
function asMap(where: string, given: unknown): StateDict {
  const map: StateDict =
    given instanceof Map
      ? new Map(given)
      : typeof given === 'object' && given !== null
        ? new Map(Object.entries(given))
        : fail(where, 'stateDict', 'a Map or an object of tensors', given)
  for (const [name, value] of map) {
    if (access.handleOf(value) === undefined) fail(where, `the entry ${name}`, 'a Tensor', value)
  }
  return map
}

/** One loading: what was found on the way through the tree. */
class Loading {
  readonly missingKeys: string[] = []
  readonly unexpectedKeys: string[] = []
  readonly errorMessages: string[] = []
  readonly #entries: Entry[] = []

  constructor(
    readonly state: StateDict,
    readonly strict: boolean,
  ) {}

  /** Visits the tree as Python does: each module's hooks, then its entries, then what is below it. */
  visit(module: Module, prefix: string): void {
    for (const hook of hooksIn(module)?.loadPre ?? []) hook(module, this.state, prefix, this)
    for (const entry of entriesOf(module, prefix)) {
      this.#entries.push(entry)
      if (!this.state.has(entry.key) && !isOptionalKey(entry.key)) this.missingKeys.push(entry.key)
    }
    for (const [name, child] of ownMembers(module).children) this.visit(child, `${prefix}${name}.`)
  }

  /** What is to be loaded, with the values, all of which fit or are complained about. */
  matches(): { entry: Entry; source: Tensor }[] {
    const known = new Set(this.#entries.map(({ key }) => key))
    for (const key of this.state.keys()) if (!known.has(key)) this.unexpectedKeys.push(key)
    return this.#entries.flatMap((entry) => {
      const given = this.state.get(entry.key)
      const source = given === undefined ? undefined : this.#fitting(entry, given)
      return source === undefined ? [] : [{ entry, source }]
    })
  }

  #fitting({ key, tensor }: Entry, given: Tensor): Tensor | undefined {
    // PyTorch before 0.4 had no tensors without dimensions.
    const source = tensor.dim() === 0 && String(given.shape) === '1' ? given.reshape([]) : given
    if (String(source.shape) !== String(tensor.shape)) {
      this.errorMessages.push(
        `size mismatch for ${key}: copying a param with shape [${source.shape.join(', ')}] from ` +
          `checkpoint, the shape in current model is [${tensor.shape.join(', ')}].`,
      )
      return undefined
    }
    if (source.isComplex() && !tensor.isComplex()) {
      this.errorMessages.push(
        `dtype mismatch for ${key}: ${source.dtype} in the checkpoint, ${tensor.dtype} in the ` +
          'current model, which would lose the imaginary part.',
      )
      return undefined
    }
    return source
  }

  /** Throws what does not fit, all at once. */
  finish(root: Module): void {
    const quoted = (keys: readonly string[]): string => keys.map((key) => `"${key}"`).join(', ')
    const problems = [...this.errorMessages]
    if (this.strict && this.unexpectedKeys.length > 0) {
      problems.unshift(`Unexpected key(s) in state_dict: ${quoted(this.unexpectedKeys)}. `)
    }
    if (this.strict && this.missingKeys.length > 0) {
      problems.unshift(`Missing key(s) in state_dict: ${quoted(this.missingKeys)}. `)
    }
    if (problems.length === 0) return
    throw new TorchError(
      `Error(s) in loading state_dict for ${root.constructor.name}:\n\t${problems.join('\n\t')}`,
    )
  }
}

export function loadStateDict(
  root: Module,
  given: unknown,
  options: LoadOptions | undefined,
): LoadReport {
  const where = 'loadStateDict'
  const { strict = true, assign = false } = checkOptions(where, options, ['strict', 'assign'])
  checkBoolean(where, 'strict', strict)
  checkBoolean(where, 'assign', assign)
  checkIdle(where, 'module', ownMembers(root).handle)
  const loading = new Loading(asMap(where, given), strict)
  loading.visit(root, '')
  const matches = loading.matches()
  const report: LoadReport = {
    missingKeys: loading.missingKeys,
    unexpectedKeys: loading.unexpectedKeys,
  }
  // Post-hooks may forgive missing names, but run when all is loaded; what does not fit cannot be.
  const hooked = namedModules(root).some(([, one]) => hooksIn(one)?.loadPost.isEmpty === false)
  if (!hooked || loading.errorMessages.length > 0) loading.finish(root)
  if (assign) assignAll(matches)
  else copyAll(matches)
  if (hooked) {
    runPostHooks(root, report)
    loading.finish(root)
  }
  return report
}

function runPostHooks(module: Module, report: LoadReport): void {
  for (const child of ownMembers(module).children.values()) runPostHooks(child, report)
  for (const hook of hooksIn(module)?.loadPost ?? []) hook(module, report)
}

function copyAll(matches: readonly { entry: Entry; source: Tensor }[]): void {
  noGradSync(() => {
    // All conversions before the first change, since each of them may fail.
    const values = matches.map(({ entry: { tensor }, source }) => ({
      tensor,
      value: source.to(tensor),
    }))
    for (const { tensor, value } of values) tensor.copy_(value)
  })
}

/** Puts the given tensors in the place of the module's. What was shared stays so where the sources share too. */
function assignAll(matches: readonly { entry: Entry; source: Tensor }[]): void {
  const made = new Map<Tensor, { source: Tensor; value: Tensor }>()
  for (const { entry, source } of matches) {
    const { module, name, tensor } = entry
    const before = made.get(tensor)
    const value = before?.source.isSetTo(source) === true ? before.value : asMember(tensor, source)
    made.set(tensor, { source, value })
    Reflect.set(module, name, value)
  }
}

function asMember(current: Tensor, source: Tensor): Tensor {
  if (!(current instanceof Parameter)) return source
  if (source instanceof Parameter) return source.requiresGrad_(current.requiresGrad)
  return parameter(source, current.requiresGrad)
}
