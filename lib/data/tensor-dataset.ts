import { fail, failRange } from '../check.js'
import { torch } from '../torch/index.js'
import { Tensor } from '../torch/tensor.js'
import type { Collated } from './collate.js'
import { Dataset } from './dataset.js'
import { pair } from './pair.js'

/** A data set of tensors with the same first dimension; see {@link tensorDataset}. */
export class TensorDataset<T extends readonly Tensor[]> extends Dataset<T> {
  /** The tensors, as they were given. */
  readonly tensors: T

  constructor(tensors: T) {
    super()
    tensors.forEach((tensor, position) => {
      if (!(tensor instanceof Tensor) || tensor.dim() === 0) {
        fail('tensorDataset', `tensor ${position}`, 'a Tensor with at least one dimension', tensor)
      }
      if (tensor.size(0) !== tensors[0]?.size(0)) {
        failRange(
          'tensorDataset',
          `the first dimension of tensor ${position}`,
          `${tensors[0]?.size(0)}, as in the first tensor,`,
          tensor.size(0),
        )
      }
    })
    if (tensors.length === 0) fail('tensorDataset', 'tensors', 'at least one Tensor', tensors)
    this.tensors = tensors
  }

  override get length(): number {
    return this.tensors[0]?.size(0) ?? 0
  }

  override getItem(index: number): T {
    return this.#tuple((tensor) => tensor.select(0, index)) as T
  }

  override getBatch(indices: readonly number[]): Collated<T> {
    const picked = torch.tensor([...indices], { dtype: 'int64' })
    try {
      return this.#tuple((tensor) =>
        torch.scope(() => tensor.indexSelect(0, picked.to(tensor.device))),
      ) as Collated<T>
    } finally {
      picked.dispose()
    }
  }

  #tuple(take: (tensor: Tensor) => Tensor): unknown {
    const [x, y] = this.tensors
    const two = this.tensors.length === 2
    return two && x !== undefined && y !== undefined
      ? pair(take(x), take(y))
      : this.tensors.map(take)
  }
}

/**
 * A data set whose sample `i` is row `i` of each tensor (PyTorch `TensorDataset`, R torch `tensor_dataset`).
 * With two tensors a sample and a batch answer to `.x` and `.y`.
 *
 * @throws TypeError or RangeError when the first dimensions differ
 */
export function tensorDataset<T extends readonly Tensor[]>(...tensors: T): TensorDataset<T> {
  return new TensorDataset(tensors)
}
