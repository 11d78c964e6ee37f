// nn.summary: what the layers of a model make of an input, and what that costs.

import { noGradSync } from '../autograd/modes.js'
import type { RemovableHandle } from '../autograd/removable-handle.js'
import { checkInteger, checkOneOf, checkOptions, fail } from '../check.js'
import { native } from '../native.js'
import { makeFunction } from '../torch/dispatch.js'
import { forkRng } from '../torch/random.js'
import { type Parameter, Tensor } from '../torch/tensor.js'
import { DTYPES, type DType } from '../torch/types.js'
import { join, membersOf, ownMembers } from './members.js'
import type { Module } from './module.js'
import { formatSummary } from './summary-text.js'

const zeros = makeFunction('zeros', 'zeros') as (
  shape: readonly number[],
  options: { dtype: DType; device: string },
) => Tensor

/** One layer of a {@link Summary}. */
export interface SummaryRow {
  /** Dotted name; '' for the model itself. */
  readonly name: string
  /** Name of the class. */
  readonly type: string
  /** 0 for the model itself. */
  readonly depth: number
  /** Place among the rows of the same depth, from 1. */
  readonly index: number
  /** Shapes of the tensors that its first call got; empty if it was not called. */
  readonly inputShapes: readonly (readonly number[])[]
  /** Shapes of the tensors that its first call gave. */
  readonly outputShapes: readonly (readonly number[])[]
  /** Number of times that it was called. */
  readonly calls: number
  /** Elements of its parameters, those of the layers inside included; what is shared counts at its first place. */
  readonly parameters: number
  /** Those of them that require grad. */
  readonly trainable: number
  /** Multiply-adds of all its calls, those of the layers inside included. */
  readonly macs: number
  /** Whether it holds other layers. */
  readonly isLeaf: boolean
}

/** Options of {@link summary}. */
export interface SummaryOptions {
  /** Levels of layers to print; 3 unless said otherwise. */
  depth?: number
  /** Of the inputs made for sizes; that of the model's parameters unless said otherwise. */
  dtype?: DType
}

/** What {@link summary} has found. As text it is a table. */
export class Summary {
  readonly #depth: number

  /** @internal Made by {@link summary}. */
  constructor(
    /** The layers, parents before what they hold, in the order of {@link Module.namedModules}. */
    readonly rows: readonly SummaryRow[],
    /** Elements of all parameters. */
    readonly totalParameters: number,
    /** Those that require grad. */
    readonly trainableParameters: number,
    /** Multiply-adds of one forward. */
    readonly totalMacs: number,
    /** Bytes of the inputs. */
    readonly inputBytes: number,
    /** Bytes of the outputs of layers with parameters, and of their gradients: an estimate of what training keeps. */
    readonly activationBytes: number,
    /** Bytes of the parameters. */
    readonly parameterBytes: number,
    depth: number,
  ) {
    this.#depth = depth
  }

  /** The table. */
  toString(): string {
    return formatSummary(this, this.#depth)
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString()
  }
}

/** What was seen of one module. */
interface Seen {
  calls: number
  macs: number
  inputShapes: readonly (readonly number[])[]
  outputShapes: readonly (readonly number[])[]
  outputBytes: number
}

/** The tensors in a value, however deep in arrays and objects. */
function tensorsIn(value: unknown, found: Tensor[] = [], depth = 0): Tensor[] {
  if (value instanceof Tensor) found.push(value)
  else if (depth < 8 && typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) tensorsIn(item, found, depth + 1)
  }
  return found
}

const shapesOf = (tensors: readonly Tensor[]): number[][] => tensors.map(({ shape }) => [...shape])
const bytesOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, tensor) => sum + tensor.numel() * tensor.elementSize(), 0)
const sizeOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, tensor) => sum + tensor.numel(), 0)

/** Notes each call of `modules` while `fn` runs. */
function observe(modules: readonly Module[], fn: () => void): Map<Module, Seen> {
  const seen = new Map<Module, Seen>()
  const starts: number[] = []
  const handles: RemovableHandle[] = []
  const before = (): void => {
    starts.push(native.readMacs())
  }
  const after = (module: Module, inputs: unknown[], output: unknown): void => {
    const macs = native.readMacs() - (starts.pop() ?? 0)
    const known = seen.get(module)
    if (known !== undefined) {
      known.calls++
      known.macs += macs
      return
    }
    const outputs = tensorsIn(output)
    seen.set(module, {
      calls: 1,
      macs,
      inputShapes: shapesOf(tensorsIn(inputs)),
      outputShapes: shapesOf(outputs),
      outputBytes: bytesOf(outputs),
    })
  }
  native.beginMacs()
  try {
    for (const module of modules) {
      handles.push(module.registerForwardPreHook(before))
      handles.push(module.registerForwardHook(after, { alwaysCall: true }))
    }
    fn()
  } finally {
    for (const handle of handles) handle.remove()
    native.endMacs()
  }
  return seen
}

/** Runs `fn` with the model in evaluation mode, and puts back modes, buffers and random numbers. */
function undisturbed(modules: readonly Module[], fn: () => void): void {
  const modes = modules.map((module) => module.training)
  const buffers = modules.flatMap((module) =>
    [...ownMembers(module).buffers].map(([name, tensor]) => ({
      module,
      name,
      tensor,
      values: tensor?.detach().clone() ?? null,
    })),
  )
  try {
    // Not by train(), which a class may have made its own.
    for (const module of modules) module.training = false
    forkRng(() => noGradSync(fn))
  } finally {
    modules.forEach((module, i) => {
      module.training = modes[i] as boolean
    })
    noGradSync(() => {
      for (const { module, name, tensor, values } of buffers) {
        if (Reflect.get(module, name) !== tensor) Reflect.set(module, name, tensor)
        // Writing would make backwards through earlier calls fail, so only what has changed.
        if (tensor !== null && values !== null && !tensor.equal(values)) tensor.copy_(values)
      }
    })
  }
}

const isShape = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.length > 0 && value.every((size) => typeof size === 'number')

/** The inputs that the user has given, as sizes or as they are. */
function inputsOf(model: Module, given: unknown, dtype: DType | undefined): unknown[] {
  const where = 'summary'
  if (given instanceof Tensor) return [given]
  if (!Array.isArray(given)) fail(where, 'input', 'a size, sizes, a Tensor or inputs', given)
  const [example] = model.parameters().filter((one) => one.isFloatingPoint())
  const made = (shape: readonly number[]): Tensor =>
    zeros(
      shape.map((size) => checkInteger(where, 'a size of the input', size, { min: 0 })),
      { dtype: dtype ?? example?.dtype ?? 'float32', device: example?.device ?? 'cpu' },
    )
  if (isShape(given)) return [made(given)]
  const list: readonly unknown[] = given
  return list.map((one) => (isShape(one) ? made(one) : one))
}

/** The rows of a tree, in the order of its definition. */
function rowsOf(model: Module, seen: ReadonlyMap<Module, Seen>): SummaryRow[] {
  const rows: SummaryRow[] = []
  const counts: number[] = []
  const counted = new Set<Parameter>()
  const visited = new Set<Module>()
  const visit = (name: string, module: Module, depth: number): number => {
    const isRepeated = visited.has(module)
    visited.add(module)
    const own = module.parameters().filter((one) => !counted.has(one))
    const index = (counts[depth] ?? 0) + 1
    counts[depth] = index
    const found = isRepeated ? undefined : seen.get(module)
    const { children } = ownMembers(module)
    const row = {
      name,
      type: module.constructor.name,
      depth,
      index,
      inputShapes: found?.inputShapes ?? [],
      outputShapes: found?.outputShapes ?? [],
      calls: found?.calls ?? 0,
      parameters: sizeOf(own),
      trainable: sizeOf(own.filter((one) => one.requiresGrad)),
      macs: found?.macs ?? 0,
      isLeaf: children.size === 0,
    }
    rows.push(row)
    let inside = 0
    for (const [child, value] of isRepeated ? [] : children) {
      inside += visit(join(name, child), value, depth + 1)
    }
    // A list is not called itself.
    if (row.calls === 0) row.macs = inside
    for (const one of own) counted.add(one)
    return row.macs
  }
  visit('', model, 0)
  return rows
}

/**
 * Runs a model once, in evaluation mode and without gradients, and reports each layer's output shape, parameters and
 * multiply-adds (MACs). MACs are counted from the shapes of the operators that really run: products of matrices,
 * convolutions, attention and LSTMs, whether in layers or in functional code; what is computed element by element does
 * not count. Modes, random numbers, buffers and hooks are afterwards what they were before.
 *
 * @param input the size of the input with its batch dimension, `[1, 3, 224, 224]`; several sizes; a Tensor; or an array
 *   of the inputs of forward. Inputs made for sizes are zeros
 * @param options `depth` of the printed table, 3 unless said otherwise; `dtype` of inputs made for sizes
 * @returns rows and totals, which print as a table like torchinfo's
 * @example console.log(String(nn.summary(models.resnet18(), [1, 3, 224, 224])))
 */
export function summary(
  model: Module,
  input: readonly number[] | Tensor | readonly unknown[],
  options?: SummaryOptions,
): Summary {
  const where = 'summary'
  if (membersOf(model) === undefined) fail(where, 'model', 'a module', model)
  const { depth = 3, dtype } = checkOptions(where, options, ['depth', 'dtype'])
  checkInteger(where, 'depth', depth, { min: 0 })
  if (dtype !== undefined) checkOneOf(where, 'dtype', dtype, DTYPES as readonly DType[])
  const inputs = inputsOf(model, input, dtype)
  const modules = model.modules()
  let seen = new Map<Module, Seen>()
  undisturbed(modules, () => {
    seen = observe(modules, () => {
      model(...(inputs as never[]))
    })
  })
  const parameters = model.parameters()
  const activations = [...seen].filter(
    ([module]) => ownMembers(module).children.size === 0 && module.parameters().length > 0,
  )
  return new Summary(
    rowsOf(model, seen),
    sizeOf(parameters),
    sizeOf(parameters.filter((one) => one.requiresGrad)),
    seen.get(model)?.macs ?? 0,
    bytesOf(tensorsIn(inputs)),
    activations.reduce((sum, [, one]) => sum + 2 * one.outputBytes * one.calls, 0),
    bytesOf(parameters),
    depth,
  )
}
