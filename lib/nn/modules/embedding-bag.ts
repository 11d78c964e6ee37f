import { noGradSync } from '../../autograd/modes.js'
import { torch } from '../../torch/index.js'
import type { Parameter, Tensor } from '../../torch/tensor.js'
import { choice, count, flag, integer, nullable, real, type Settings } from '../fields.js'
import { functional } from '../functional/index.js'
import { type Maker, maker, scriptLayer } from '../layer.js'
import { parameter } from '../parameter.js'

const fields = {
  numEmbeddings: count(),
  embeddingDim: count(),
  maxNorm: nullable(real()),
  normType: real(2),
  scaleGradByFreq: flag(),
  mode: choice(['sum', 'mean', 'max'], 'mean', true),
  sparse: flag(),
  includeLastOffset: flag(),
  paddingIdx: nullable(integer()),
}

/** Sums, means or maxima of the vectors of a table. Made by {@link embeddingBag}. */
export class EmbeddingBag extends scriptLayer(
  'EmbeddingBag',
  fields,
  '!numEmbeddings !embeddingDim maxNorm? normType? scaleGradByFreq? mode paddingIdx?',
) {
  /** [numEmbeddings, embeddingDim] */
  weight: Parameter

  /** @internal */
  constructor(settings: Settings<typeof fields>) {
    super(settings)
    const { numEmbeddings, embeddingDim } = settings
    const table = torch.empty([numEmbeddings, embeddingDim])
    noGradSync(() => table.normal_())
    // As in Python: counted from the end where negative.
    const padding = settings.paddingIdx
    if (padding !== null) {
      const row = padding < 0 ? numEmbeddings + padding : padding
      Reflect.set(this, 'paddingIdx', row)
      table.select(0, row).fill_(0)
    }
    this.weight = parameter(table)
  }

  /**
   * @param input integers: [N, L], bags of one length; or [L] with `offsets`
   * @param offsets where each bag begins
   * @param perSampleWeights factor of each vector, for 'sum'
   */
  override forward(
    input: Tensor,
    offsets: Tensor | null = null,
    perSampleWeights: Tensor | null = null,
  ): Tensor {
    const { maxNorm, normType, scaleGradByFreq, mode, sparse, includeLastOffset, paddingIdx } = this
    return functional.embeddingBag(input, this.weight, {
      offsets,
      maxNorm,
      normType,
      scaleGradByFreq,
      mode,
      sparse,
      perSampleWeights,
      includeLastOffset,
      paddingIdx,
    })
  }
}
/** A table of vectors whose sum, mean or maximum is taken over bags of indices. PyTorch's `nn.EmbeddingBag`. */
export const embeddingBag: Maker<
  typeof EmbeddingBag,
  [numEmbeddings: number, embeddingDim: number]
> = maker('embeddingBag', EmbeddingBag)
