// Inputs, states and outputs of recurrent networks in their forms: batches, single sequences, packed batches.

import { TorchError } from '../../errors.js'
import { torch } from '../../torch/index.js'
import type { Tensor } from '../../torch/tensor.js'
import { checkTensor, sameShape, shapeText } from '../functional/call.js'
import { PackedSequence } from '../utils/rnn/packed-sequence.js'

/** What these forms depend on. */
interface Network {
  readonly inputSize: number
  readonly numLayers: number
  readonly batchFirst: boolean
  readonly bidirectional: boolean
}

/** An input as the operators take it. */
export interface Sequences {
  /** [L, N, …] or with batchFirst [N, L, …]; of a packed batch its data. */
  readonly x: Tensor
  /** Number of sequences. */
  readonly batch: number
  /** Whether it was one sequence without a batch. */
  readonly isOne: boolean
  /** The packed batch that it was. */
  readonly packed?: PackedSequence
}

/** An input as the operators take it, or an error that names what does not fit. */
export function sequencesOf(layer: Network, input: Tensor | PackedSequence): Sequences {
  const name = layer.constructor.name
  if (input instanceof PackedSequence) {
    const batch = Number(input.batchSizes.select(0, 0).item())
    return { x: checkWidth(layer, input.data), batch, isOne: false, packed: input }
  }
  const dims = checkTensor(name, 'input', input).dim()
  if (dims !== 2 && dims !== 3) {
    throw new RangeError(`${name}: expected 2 or 3 dimensions of input, got ${dims}`)
  }
  const isOne = dims === 2
  const x = checkWidth(layer, isOne ? input.unsqueeze(layer.batchFirst ? 0 : 1) : input)
  return { x, batch: x.size(layer.batchFirst ? 0 : 1), isOne }
}

function checkWidth(layer: Network, input: Tensor): Tensor {
  const width = input.size(-1)
  if (width === layer.inputSize) return input
  throw new TorchError(
    `${layer.constructor.name}: expected ${layer.inputSize} features of input, got ${width}`,
  )
}

/** A state to begin with: zeros, or what was given with the input, in the input's form and order. */
export function startOf(
  layer: Network,
  { x, batch, isOne, packed }: Sequences,
  name: string,
  given: Tensor | null,
  width: number,
): Tensor {
  const where = layer.constructor.name
  const layers = layer.numLayers * (layer.bidirectional ? 2 : 1)
  if (given === null) {
    const { dtype, device } = x
    return torch.zeros([layers, batch, width], { dtype, device })
  }
  const { shape } = checkTensor(where, name, given)
  const wanted = isOne ? [layers, width] : [layers, batch, width]
  if (!sameShape(shape, wanted)) {
    throw new TorchError(
      `${where}: expected the shape ${shapeText(wanted)} for ${name}, got ${shapeText(shape)}`,
    )
  }
  if (isOne) return given.unsqueeze(1)
  const order = packed?.sortedIndices ?? null
  return order === null ? given : given.indexSelect(1, order)
}

/** The outputs in the form of the input. */
export function outputOf(
  layer: Network,
  { isOne, packed }: Sequences,
  output: Tensor,
): Tensor | PackedSequence {
  if (packed !== undefined) {
    const { batchSizes, sortedIndices, unsortedIndices } = packed
    return new PackedSequence(output, batchSizes, sortedIndices, unsortedIndices)
  }
  return isOne ? output.squeeze(layer.batchFirst ? 0 : 1) : output
}

/** A state at the end in the form and order of the input. */
export function endOf({ isOne, packed }: Sequences, state: Tensor): Tensor {
  if (isOne) return state.squeeze(1)
  const order = packed?.unsortedIndices ?? null
  return order === null ? state : state.indexSelect(1, order)
}
