// Recurrent networks over libtorch's fused operators.

import { noGradSync } from '../../autograd/modes.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { choice, count, flag, integer, real, type Settings } from '../fields.js'
import { checkTensor, operator } from '../functional/call.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import type { Module } from '../module.js'
import { parameter } from '../parameter.js'

const plain = {
  inputSize: count(),
  hiddenSize: count(),
  numLayers: count(1),
  bias: flag(true),
  batchFirst: flag(),
  dropout: real(0, { min: 0, max: 1 }),
  bidirectional: flag(),
}
const simple = {
  inputSize: count(),
  hiddenSize: count(),
  numLayers: count(1),
  nonlinearity: choice(['tanh', 'relu'], 'tanh'),
  bias: flag(true),
  batchFirst: flag(),
  dropout: real(0, { min: 0, max: 1 }),
  bidirectional: flag(),
}
const projected = { ...plain, projSize: integer(0, { min: 0 }) }
const layout =
  '!inputSize !hiddenSize projSize? numLayers? bias? batchFirst? dropout? bidirectional?'

type Shared = Settings<typeof plain> & { projSize?: number }
type Recurrent = Module & Shared

/** Makes the weights in Python's order, under Python's names, each drawn from U(−1/√hidden, 1/√hidden). */
function makeWeights(layer: Recurrent, gates: number): void {
  const { inputSize, hiddenSize, numLayers, bias, bidirectional, projSize = 0 } = layer
  if (projSize >= hiddenSize) {
    throw new RangeError(
      `${layer.constructor.name}: expected a projSize below hiddenSize ${hiddenSize}, got ${projSize}`,
    )
  }
  const state = projSize > 0 ? projSize : hiddenSize
  const suffixes = bidirectional ? ['', '_reverse'] : ['']
  const bound = 1 / Math.sqrt(hiddenSize)
  for (let depth = 0; depth < numLayers; depth++) {
    const width = depth === 0 ? inputSize : state * suffixes.length
    for (const suffix of suffixes) {
      const shapes: [name: string, shape: number[]][] = [
        ['weight_ih', [gates * hiddenSize, width]],
        ['weight_hh', [gates * hiddenSize, state]],
      ]
      if (bias) {
        shapes.push(['bias_ih', [gates * hiddenSize]], ['bias_hh', [gates * hiddenSize]])
      }
      if (projSize > 0) shapes.push(['weight_hr', [projSize, hiddenSize]])
      for (const [name, shape] of shapes) {
        const drawn = noGradSync(() => torch.empty(shape).uniform_(-bound, bound))
        Reflect.set(layer, `${name}_l${depth}${suffix}`, parameter(drawn))
      }
    }
  }
}

/** A state of zeros, for a batch. */
function zeros(layer: Recurrent, input: Tensor, width: number): Tensor {
  const directions = layer.bidirectional ? 2 : 1
  const batch = input.size(layer.batchFirst ? 0 : 1)
  const { dtype, device } = input
  return torch.zeros([layer.numLayers * directions, batch, width], { dtype, device })
}

/** [L, N, …] (or [N, L, …] with batchFirst), from that or one sequence [L, …]. */
function batched(layer: Recurrent, input: Tensor): { x: Tensor; isOne: boolean } {
  const name = layer.constructor.name
  const dims = checkTensor(name, 'input', input).dim()
  if (dims !== 2 && dims !== 3) {
    throw new RangeError(`${name}: expected 2 or 3 dimensions of input, got ${dims}`)
  }
  return dims === 3
    ? { x: input, isOne: false }
    : { x: input.unsqueeze(layer.batchFirst ? 0 : 1), isOne: true }
}

/** A state given with an input, of the input's form. */
function checkState(layer: Recurrent, name: string, state: Tensor, isOne: boolean): Tensor {
  const where = layer.constructor.name
  const dims = isOne ? 2 : 3
  if (checkTensor(where, name, state).dim() !== dims) {
    throw new RangeError(
      `${where}: expected ${dims} dimensions of ${name}, as the input has, got ${state.dim()}`,
    )
  }
  return isOne ? state.unsqueeze(1) : state
}

type Run<State, Result> = (
  input: Tensor,
  state: State,
  weights: Tensor[],
  hasBias: boolean,
  numLayers: number,
  dropout: number,
  train: boolean,
  bidirectional: boolean,
  batchFirst: boolean,
) => Result

const runTanh = operator<Run<Tensor, [Tensor, Tensor]>>('RNN', 'rnn_tanh.input')
const runRelu = operator<Run<Tensor, [Tensor, Tensor]>>('RNN', 'rnn_relu.input')
const runGru = operator<Run<Tensor, [Tensor, Tensor]>>('GRU', 'gru.input')
const runLstm = operator<Run<Tensor[], [Tensor, Tensor, Tensor]>>('LSTM', 'lstm.input')

function apply<State, Result>(
  run: Run<State, Result>,
  layer: Recurrent,
  x: Tensor,
  state: State,
): Result {
  const { bias, numLayers, dropout, training, bidirectional, batchFirst } = layer
  const weights = layer.parameters()
  return run(x, state, weights, bias, numLayers, dropout, training, bidirectional, batchFirst)
}

/** Forward of the networks whose state is one tensor. */
function forwardOne(
  run: Run<Tensor, [Tensor, Tensor]>,
  layer: Recurrent,
  input: Tensor,
  state: Tensor | null,
): [output: Tensor, state: Tensor] {
  const { x, isOne } = batched(layer, input)
  const start =
    state === null ? zeros(layer, x, layer.hiddenSize) : checkState(layer, 'state', state, isOne)
  const [output, end] = apply(run, layer, x, start)
  return isOne ? [output.squeeze(layer.batchFirst ? 0 : 1), end.squeeze(1)] : [output, end]
}

/** A simple recurrent network. Made by {@link rnn}. */
export class RNN extends scriptLayer('RNN', simple, layout) {
  /** @internal */
  constructor(settings: Settings<typeof simple>) {
    super(settings)
    makeWeights(this, 1)
  }

  /**
   * @param input [L, N, inputSize], with batchFirst [N, L, inputSize]; or one sequence [L, inputSize]
   * @param state [layers · directions, N, hiddenSize]; zeros unless given
   * @returns the last layer's states at each step, and all layers' states at the end
   */
  override forward(input: Tensor, state: Tensor | null = null): [output: Tensor, state: Tensor] {
    return forwardOne(this.nonlinearity === 'relu' ? runRelu : runTanh, this, input, state)
  }
}
/** h' = tanh(W x + b + V h + c), or max(0, …), in one or more layers. PyTorch's `nn.RNN`. */
export const rnn: Maker<
  typeof RNN,
  [inputSize: number, hiddenSize: number, numLayers?: number, nonlinearity?: 'tanh' | 'relu']
> = maker('rnn', RNN)

/** A network of gated recurrent units. Made by {@link gru}. */
export class GRU extends scriptLayer('GRU', plain, layout) {
  /** @internal */
  constructor(settings: Settings<typeof plain>) {
    super(settings)
    makeWeights(this, 3)
  }

  /** As {@link RNN.forward}. */
  override forward(input: Tensor, state: Tensor | null = null): [output: Tensor, state: Tensor] {
    return forwardOne(runGru, this, input, state)
  }
}
/** Gated recurrent units (Cho et al. 2014) in one or more layers. PyTorch's `nn.GRU`. */
export const gru: Maker<typeof GRU, [inputSize: number, hiddenSize: number, numLayers?: number]> =
  maker('gru', GRU)

/** A long short-term memory. Made by {@link lstm}. */
export class LSTM extends scriptLayer('LSTM', projected, layout) {
  /** @internal */
  constructor(settings: Settings<typeof projected>) {
    super(settings)
    makeWeights(this, 4)
  }

  /**
   * @param input [L, N, inputSize], with batchFirst [N, L, inputSize]; or one sequence [L, inputSize]
   * @param state [layers · directions, N, projSize or hiddenSize] and the cells [layers · directions, N, hiddenSize];
   *   zeros unless given
   * @returns the last layer's states at each step, and all layers' states and cells at the end
   */
  override forward(
    input: Tensor,
    state: readonly [hidden: Tensor, cell: Tensor] | null = null,
  ): [output: Tensor, state: [hidden: Tensor, cell: Tensor]] {
    const { x, isOne } = batched(this, input)
    const { hiddenSize, projSize } = this
    const start =
      state === null
        ? [zeros(this, x, projSize > 0 ? projSize : hiddenSize), zeros(this, x, hiddenSize)]
        : state.map((tensor) => checkState(this, 'state', tensor, isOne))
    const [output, hidden, cell] = apply(runLstm, this, x, start)
    return isOne
      ? [output.squeeze(this.batchFirst ? 0 : 1), [hidden.squeeze(1), cell.squeeze(1)]]
      : [output, [hidden, cell]]
  }
}
/** Long short-term memory (Hochreiter and Schmidhuber 1997) in one or more layers. PyTorch's `nn.LSTM`. */
export const lstm: Maker<typeof LSTM, [inputSize: number, hiddenSize: number, numLayers?: number]> =
  maker('lstm', LSTM)
