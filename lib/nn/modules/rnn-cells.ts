// One step of a recurrent network.

import { noGradSync } from '../../autograd/modes.js'
import { torch } from '../../torch/index.js'
import type { Parameter, Tensor } from '../../torch/tensor.js'
import { choice, count, flag, type Settings } from '../fields.js'
import { checkTensor, operator } from '../functional/call.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import type { Module } from '../module.js'
import { parameter } from '../parameter.js'

const fields = { inputSize: count(), hiddenSize: count(), bias: flag(true) }
const simple = { ...fields, nonlinearity: choice(['tanh', 'relu'], 'tanh') }
const layout = '!inputSize !hiddenSize bias? nonlinearity?'

type Cell = Module & Settings<typeof fields> & CellTensors

interface CellTensors {
  /** [gates · hiddenSize, inputSize] */
  weight_ih: Parameter
  /** [gates · hiddenSize, hiddenSize] */
  weight_hh: Parameter
  /** [gates · hiddenSize], or null */
  bias_ih: Parameter | null
  /** [gates · hiddenSize], or null */
  bias_hh: Parameter | null
}

function makeWeights(cell: Cell, gates: number): void {
  const { inputSize, hiddenSize, bias } = cell
  const bound = 1 / Math.sqrt(hiddenSize)
  const draw = (...shape: number[]): Parameter =>
    parameter(noGradSync(() => torch.empty(shape).uniform_(-bound, bound)))
  cell.weight_ih = draw(gates * hiddenSize, inputSize)
  cell.weight_hh = draw(gates * hiddenSize, hiddenSize)
  cell.bias_ih = bias ? draw(gates * hiddenSize) : null
  cell.bias_hh = bias ? draw(gates * hiddenSize) : null
}

type Step<State, Result> = (
  input: Tensor,
  state: State,
  weightInput: Tensor,
  weightState: Tensor,
  biasInput: Tensor | null,
  biasState: Tensor | null,
) => Result

const stepTanh = operator<Step<Tensor, Tensor>>('RNNCell', 'rnn_tanh_cell')
const stepRelu = operator<Step<Tensor, Tensor>>('RNNCell', 'rnn_relu_cell')
const stepGru = operator<Step<Tensor, Tensor>>('GRUCell', 'gru_cell')
const stepLstm = operator<Step<Tensor[], [Tensor, Tensor]>>('LSTMCell', 'lstm_cell')

/** [N, …] from that or one sample; zeros where nothing is given. */
function rows(cell: Cell, name: string, tensor: Tensor | null, like: Tensor): Tensor {
  const where = cell.constructor.name
  if (tensor === null) {
    const { dtype, device } = like
    return torch.zeros([like.size(0), cell.hiddenSize], { dtype, device })
  }
  const dims = checkTensor(where, name, tensor).dim()
  if (dims !== 1 && dims !== 2) {
    throw new RangeError(`${where}: expected 1 or 2 dimensions of ${name}, got ${dims}`)
  }
  return dims === 1 ? tensor.unsqueeze(0) : tensor
}

function stepOne(
  step: Step<Tensor, Tensor>,
  cell: Cell,
  input: Tensor,
  state: Tensor | null,
): Tensor {
  const x = rows(cell, 'input', input, input)
  const start = rows(cell, 'state', state, x)
  const end = step(x, start, cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh)
  return input.dim() === 1 ? end.squeeze(0) : end
}

/** One step of {@link rnn}. Made by {@link rnnCell}. */
export class RNNCell extends scriptLayer('RNNCell', simple, layout) {
  declare weight_ih: Parameter
  declare weight_hh: Parameter
  declare bias_ih: Parameter | null
  declare bias_hh: Parameter | null

  /** @internal */
  constructor(settings: Settings<typeof simple>) {
    super(settings)
    makeWeights(this, 1)
  }

  /**
   * @param input [N, inputSize] or [inputSize]
   * @param state [N, hiddenSize] or [hiddenSize]; zeros unless given
   * @returns the next state
   */
  override forward(input: Tensor, state: Tensor | null = null): Tensor {
    return stepOne(this.nonlinearity === 'relu' ? stepRelu : stepTanh, this, input, state)
  }
}
/** h' = tanh(W x + b + V h + c), or max(0, …). PyTorch's `nn.RNNCell`. */
export const rnnCell: Maker<
  typeof RNNCell,
  [inputSize: number, hiddenSize: number, bias?: boolean, nonlinearity?: 'tanh' | 'relu']
> = maker('rnnCell', RNNCell)

/** One step of gated recurrent units. Made by {@link gruCell}. */
export class GRUCell extends scriptLayer('GRUCell', fields, layout) {
  declare weight_ih: Parameter
  declare weight_hh: Parameter
  declare bias_ih: Parameter | null
  declare bias_hh: Parameter | null

  /** @internal */
  constructor(settings: Settings<typeof fields>) {
    super(settings)
    makeWeights(this, 3)
  }

  /** As {@link RNNCell.forward}. */
  override forward(input: Tensor, state: Tensor | null = null): Tensor {
    return stepOne(stepGru, this, input, state)
  }
}
/** One step of gated recurrent units. PyTorch's `nn.GRUCell`. */
export const gruCell: Maker<
  typeof GRUCell,
  [inputSize: number, hiddenSize: number, bias?: boolean]
> = maker('gruCell', GRUCell)

/** One step of a long short-term memory. Made by {@link lstmCell}. */
export class LSTMCell extends scriptLayer('LSTMCell', fields, layout) {
  declare weight_ih: Parameter
  declare weight_hh: Parameter
  declare bias_ih: Parameter | null
  declare bias_hh: Parameter | null

  /** @internal */
  constructor(settings: Settings<typeof fields>) {
    super(settings)
    makeWeights(this, 4)
  }

  /**
   * @param input [N, inputSize] or [inputSize]
   * @param state state and cell, [N, hiddenSize] or [hiddenSize]; zeros unless given
   * @returns the next state and cell
   */
  override forward(
    input: Tensor,
    state: readonly [hidden: Tensor, cell: Tensor] | null = null,
  ): [hidden: Tensor, cell: Tensor] {
    const x = rows(this, 'input', input, input)
    const start = [
      rows(this, 'state', state?.[0] ?? null, x),
      rows(this, 'state', state?.[1] ?? null, x),
    ]
    const { weight_ih, weight_hh, bias_ih, bias_hh } = this
    const [hidden, cell] = stepLstm(x, start, weight_ih, weight_hh, bias_ih, bias_hh)
    return input.dim() === 1 ? [hidden.squeeze(0), cell.squeeze(0)] : [hidden, cell]
  }
}
/** One step of a long short-term memory. PyTorch's `nn.LSTMCell`. */
export const lstmCell: Maker<
  typeof LSTMCell,
  [inputSize: number, hiddenSize: number, bias?: boolean]
> = maker('lstmCell', LSTMCell)
