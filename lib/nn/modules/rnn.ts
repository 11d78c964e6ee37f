// Recurrent networks over libtorch's fused operators.

import { noGradSync } from '../../autograd/modes.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { choice, count, flag, integer, real, type Settings } from '../fields.js'
import { operator } from '../functional/call.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import type { Module } from '../module.js'
import { parameter } from '../parameter.js'
import type { PackedSequence } from '../utils/rnn/packed-sequence.js'
import { endOf, outputOf, type Sequences, sequencesOf, startOf } from './rnn-sequences.js'

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

/** The weights in the order of the operators, whatever has taken the place of some. */
function weightsOf(layer: Recurrent): Tensor[] {
  const kinds = ['weight_ih', 'weight_hh']
  if (layer.bias) kinds.push('bias_ih', 'bias_hh')
  if ((layer.projSize ?? 0) > 0) kinds.push('weight_hr')
  const suffixes = layer.bidirectional ? ['', '_reverse'] : ['']
  const weights: Tensor[] = []
  for (let depth = 0; depth < layer.numLayers; depth++) {
    for (const suffix of suffixes) {
      for (const kind of kinds) weights.push(Reflect.get(layer, `${kind}_l${depth}${suffix}`))
    }
  }
  return weights
}

type Settled<Values extends readonly unknown[], Result> = (
  ...values: [
    ...Values,
    weights: Tensor[],
    hasBias: boolean,
    numLayers: number,
    dropout: number,
    train: boolean,
    bidirectional: boolean,
  ]
) => Result

/** The two operators of a network: on padded sequences, and on packed ones. */
interface Run<State, Result> {
  readonly padded: (...values: [...Parameters<Settled<[Tensor, State], Result>>, boolean]) => Result
  readonly packed: Settled<[data: Tensor, batchSizes: Tensor, state: State], Result>
}

const operators = <State, Result>(where: string, name: string): Run<State, Result> => ({
  padded: operator(where, `${name}.input`),
  packed: operator(where, `${name}.data`),
})

type One = [output: Tensor, state: Tensor]
const runTanh = operators<Tensor, One>('RNN', 'rnn_tanh')
const runRelu = operators<Tensor, One>('RNN', 'rnn_relu')
const runGru = operators<Tensor, One>('GRU', 'gru')
const runLstm = operators<Tensor[], [output: Tensor, hidden: Tensor, cell: Tensor]>('LSTM', 'lstm')

function apply<State, Result>(
  run: Run<State, Result>,
  layer: Recurrent,
  { x, packed }: Sequences,
  state: State,
): Result {
  const { bias, numLayers, dropout, training, bidirectional, batchFirst } = layer
  const weights = weightsOf(layer)
  return packed === undefined
    ? run.padded(x, state, weights, bias, numLayers, dropout, training, bidirectional, batchFirst)
    : run.packed(
        x,
        packed.batchSizes,
        state,
        weights,
        bias,
        numLayers,
        dropout,
        training,
        bidirectional,
      )
}

/** Forward of the networks whose state is one tensor. */
function forwardOne(
  run: Run<Tensor, One>,
  layer: Recurrent,
  input: Tensor | PackedSequence,
  state: Tensor | null,
): [output: Tensor | PackedSequence, state: Tensor] {
  const sequences = sequencesOf(layer, input)
  const start = startOf(layer, sequences, 'state', state, layer.hiddenSize)
  const [output, end] = apply(run, layer, sequences, start)
  return [outputOf(layer, sequences, output), endOf(sequences, end)]
}

/** A packed batch gives a packed batch. */
export interface RNN {
  (input: Tensor, state?: Tensor | null): [output: Tensor, state: Tensor]
  (input: PackedSequence, state?: Tensor | null): [output: PackedSequence, state: Tensor]
}

/** A simple recurrent network. Made by {@link rnn}. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signatures
export class RNN extends scriptLayer('RNN', simple, layout) {
  /** @internal */
  constructor(settings: Settings<typeof simple>) {
    super(settings)
    makeWeights(this, 1)
  }

  /**
   * @param input [L, N, inputSize], with batchFirst [N, L, inputSize]; or one sequence [L, inputSize];
   *   or a packed batch of sequences
   * @param state [layers · directions, N, hiddenSize]; zeros unless given
   * @returns the last layer's states at each step, and all layers' states at the end
   */
  override forward(
    input: Tensor | PackedSequence,
    state: Tensor | null = null,
  ): [output: Tensor | PackedSequence, state: Tensor] {
    return forwardOne(this.nonlinearity === 'relu' ? runRelu : runTanh, this, input, state)
  }
}
/** h' = tanh(W x + b + V h + c), or max(0, …), in one or more layers. PyTorch's `nn.RNN`. */
export const rnn: Maker<
  typeof RNN,
  [inputSize: number, hiddenSize: number, numLayers?: number, nonlinearity?: 'tanh' | 'relu']
> = maker('rnn', RNN)

/** A packed batch gives a packed batch. */
export interface GRU {
  (input: Tensor, state?: Tensor | null): [output: Tensor, state: Tensor]
  (input: PackedSequence, state?: Tensor | null): [output: PackedSequence, state: Tensor]
}

/** A network of gated recurrent units. Made by {@link gru}. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signatures
export class GRU extends scriptLayer('GRU', plain, layout) {
  /** @internal */
  constructor(settings: Settings<typeof plain>) {
    super(settings)
    makeWeights(this, 3)
  }

  /** As {@link RNN.forward}. */
  override forward(
    input: Tensor | PackedSequence,
    state: Tensor | null = null,
  ): [output: Tensor | PackedSequence, state: Tensor] {
    return forwardOne(runGru, this, input, state)
  }
}
/** Gated recurrent units (Cho et al. 2014) in one or more layers. PyTorch's `nn.GRU`. */
export const gru: Maker<typeof GRU, [inputSize: number, hiddenSize: number, numLayers?: number]> =
  maker('gru', GRU)

type LSTMState = [hidden: Tensor, cell: Tensor]

/** A packed batch gives a packed batch. */
export interface LSTM {
  (input: Tensor, state?: Readonly<LSTMState> | null): [output: Tensor, state: LSTMState]
  (
    input: PackedSequence,
    state?: Readonly<LSTMState> | null,
  ): [output: PackedSequence, state: LSTMState]
}

/** A long short-term memory. Made by {@link lstm}. */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the interface adds the call signatures
export class LSTM extends scriptLayer('LSTM', projected, layout) {
  /** @internal */
  constructor(settings: Settings<typeof projected>) {
    super(settings)
    makeWeights(this, 4)
  }

  /**
   * @param input [L, N, inputSize], with batchFirst [N, L, inputSize]; or one sequence [L, inputSize];
   *   or a packed batch of sequences
   * @param state [layers · directions, N, projSize or hiddenSize] and the cells [layers · directions, N, hiddenSize];
   *   zeros unless given
   * @returns the last layer's states at each step, and all layers' states and cells at the end
   */
  override forward(
    input: Tensor | PackedSequence,
    state: Readonly<LSTMState> | null = null,
  ): [output: Tensor | PackedSequence, state: LSTMState] {
    const sequences = sequencesOf(this, input)
    const { hiddenSize, projSize } = this
    const width = projSize > 0 ? projSize : hiddenSize
    const start = [
      startOf(this, sequences, 'the hidden state', state?.[0] ?? null, width),
      startOf(this, sequences, 'the cell state', state?.[1] ?? null, hiddenSize),
    ]
    const [output, hidden, cell] = apply(runLstm, this, sequences, start)
    return [outputOf(this, sequences, output), [endOf(sequences, hidden), endOf(sequences, cell)]]
  }
}
/** Long short-term memory (Hochreiter and Schmidhuber 1997) in one or more layers. PyTorch's `nn.LSTM`. */
export const lstm: Maker<typeof LSTM, [inputSize: number, hiddenSize: number, numLayers?: number]> =
  maker('lstm', LSTM)
