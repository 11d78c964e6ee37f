// Sums of products in Einstein's notation.

import { checkString, fail } from '../../check.js'
import type { Tensor } from '../tensor.js'
import { checkTensor, checkTensors, isTensor } from './check.js'
import { aten } from './generated.js'

/** The subscripts of one operand as numbers from 0 to 51; `'...'` stands for all dimensions without a subscript. */
export type Sublist = readonly (number | '...')[]

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const letter = (subscript: unknown): string =>
  subscript === '...'
    ? '...'
    : ((typeof subscript === 'number' ? LETTERS[subscript] : undefined) ??
      fail('einsum', 'a subscript', "an integer from 0 to 51 or '...'", subscript))

function letters(sublist: unknown): string {
  if (!Array.isArray(sublist)) fail('einsum', 'the subscripts', 'an array', sublist)
  return sublist.map(letter).join('')
}

/** Operands and their sublists in turn, and perhaps the result's sublist last, as an equation and its operands. */
function fromSublists(args: readonly unknown[]): [equation: string, operands: Tensor[]] {
  const pairs = args.length - (args.length % 2)
  const operands: Tensor[] = []
  const subscripts: string[] = []
  for (let i = 0; i < pairs; i += 2) {
    operands.push(checkTensor('einsum', 'operands', args[i]))
    subscripts.push(letters(args[i + 1]))
  }
  const result = pairs < args.length ? `->${letters(args[pairs])}` : ''
  return [subscripts.join(',') + result, operands]
}

/**
 * A sum of products of tensors, its indices named by an equation: `einsum('ij,jk->ik', a, b)` is a matrix product. The
 * operands come one by one or in one array; or, without an equation, each operand is followed by its subscripts as
 * numbers. Operands are contracted from left to right. PyTorch's `torch.einsum`.
 *
 * @throws TorchError if the equation does not fit the operands
 * @example torch.einsum('bij,bjk->bik', a, b); torch.einsum(a, [0, 1], b, [1, 2], [0, 2])
 */
export function einsum(equation: string, ...operands: readonly Tensor[]): Tensor
export function einsum(equation: string, operands: readonly Tensor[]): Tensor
export function einsum(...sublists: [Tensor, Sublist, ...(Tensor | Sublist)[]]): Tensor
export function einsum(...args: unknown[]): Tensor {
  if (isTensor(args[0])) {
    const [equation, operands] = fromSublists(args)
    return aten.einsum(equation, operands)
  }
  const equation = checkString('einsum', 'equation', args[0])
  return aten.einsum(equation, checkTensors('einsum', args.slice(1) as Tensor[]))
}
