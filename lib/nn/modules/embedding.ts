// Tables of vectors.

import { noGradSync } from '../../autograd/modes.js'
import { checkBoolean, checkOptions } from '../../check.js'
import { torch } from '../../torch/index.js'
import { forkRng } from '../../torch/random.js'
import type { Parameter, Tensor } from '../../torch/tensor.js'
import {
  choice,
  count,
  flag,
  integer,
  nullable,
  type OptionsOf,
  real,
  type Settings,
} from '../fields.js'
import { checkTensor } from '../functional/call.js'
import { functional } from '../functional/index.js'
import { type Maker, maker, nativeLayer, scriptLayer } from '../layer.js'
import { parameter } from '../parameter.js'

const table = {
  numEmbeddings: count(),
  embeddingDim: count(),
  paddingIdx: nullable(integer()),
  maxNorm: nullable(real()),
  normType: real(2),
  scaleGradByFreq: flag(),
  sparse: flag(),
}

/** A table of vectors. Made by {@link embedding}. */
export class Embedding extends nativeLayer(
  'Embedding',
  table,
  '!numEmbeddings !embeddingDim paddingIdx? maxNorm? normType? scaleGradByFreq? sparse?',
) {
  /** [numEmbeddings, embeddingDim] */
  declare weight: Parameter
}

/** What a table made of given vectors may be told besides. */
export type PretrainedOptions<F extends typeof table | typeof fields> = Omit<
  OptionsOf<F>,
  'numEmbeddings' | 'embeddingDim'
> & {
  /** Whether the vectors stay as they are, which they do unless this is false. */
  freeze?: boolean
}

/** `fromPretrained` of a function that makes tables. */
function pretrained<Layer extends { weight: Parameter }>(
  where: string,
  make: (rows: number, columns: number, options: object) => Layer,
  fields: object,
) {
  const names = ['freeze', ...Object.keys(fields).slice(2)]
  return (embeddings: Tensor, options?: object): Layer => {
    const { freeze = true, ...rest } = checkOptions<Record<string, unknown>>(
      where,
      options as Record<string, unknown>,
      names,
    )
    checkBoolean(where, 'freeze', freeze)
    const { shape } = checkTensor(where, 'embeddings', embeddings)
    const [rows, columns] = shape
    if (shape.length !== 2 || rows === undefined || columns === undefined) {
      throw new RangeError(`${where}: expected 2 dimensions of embeddings, got ${shape.length}`)
    }
    // The table that it begins with is drawn in vain: the user's random numbers shall not move.
    const layer = forkRng(() => make(rows, columns, rest))
    layer.weight = parameter(embeddings, freeze !== true)
    return layer
  }
}

const makeEmbedding: Maker<
  typeof Embedding,
  [
    numEmbeddings: number,
    embeddingDim: number,
    paddingIdx?: number | null,
    maxNorm?: number | null,
    normType?: number,
    scaleGradByFreq?: boolean,
    sparse?: boolean,
  ]
> = maker('embedding', Embedding)

/**
 * A table of `numEmbeddings` vectors, looked up by integers: [...] → [..., embeddingDim]. The vector of `paddingIdx`
 * begins as 0 and is not trained; those longer than `maxNorm` are shortened in use; `sparse` gives sparse gradients.
 * PyTorch's `nn.Embedding`.
 *
 * `embedding.fromPretrained(vectors, options)` is a table over a tensor [numEmbeddings, embeddingDim], whose memory it
 * shares, and which is not trained unless `freeze` is false.
 */
export const embedding: typeof makeEmbedding & {
  fromPretrained(embeddings: Tensor, options?: PretrainedOptions<typeof table>): Embedding
} = Object.assign(makeEmbedding, {
  fromPretrained: pretrained('embedding.fromPretrained', makeEmbedding, table),
})

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
const makeEmbeddingBag: Maker<typeof EmbeddingBag, [numEmbeddings: number, embeddingDim: number]> =
  maker('embeddingBag', EmbeddingBag)

/**
 * A table of vectors whose sum, mean or maximum is taken over bags of indices. PyTorch's `nn.EmbeddingBag`.
 *
 * `embeddingBag.fromPretrained(vectors, options)` is as {@link embedding}'s.
 */
export const embeddingBag: typeof makeEmbeddingBag & {
  fromPretrained(embeddings: Tensor, options?: PretrainedOptions<typeof fields>): EmbeddingBag
} = Object.assign(makeEmbeddingBag, {
  fromPretrained: pretrained('embeddingBag.fromPretrained', makeEmbeddingBag, fields),
})
