// Compiled, never run: the types of recurrent networks, transformers and nn.utils.
import type { Tensor } from '../../lib/index.js'
import { nn } from '../../lib/index.js'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
/** Accepts a value only if its type is exactly `T`. */
const is = <T>() => ({
  of: <V>(_value: V, _same: Same<V, T> extends true ? true : never) => _value,
})

declare const x: Tensor
declare const packed: nn.utils.rnn.PackedSequence

// A packed batch gives a packed batch.
is<[output: Tensor, state: Tensor]>().of(nn.gru(3, 4)(x), true)
is<[output: nn.utils.rnn.PackedSequence, state: Tensor]>().of(nn.rnn(3, 4)(packed), true)
const [output, [hidden, cell]] = nn.lstm(3, 4)(packed)
is<nn.utils.rnn.PackedSequence>().of(output, true)
is<Tensor>().of(hidden, true)
nn.lstm(3, 4)(x, [hidden, cell])
// @ts-expect-error the state of an LSTM is a pair
nn.lstm(3, 4)(x, hidden)

is<Tensor>().of(nn.transformer()(x, x, { tgtMask: x, srcIsCausal: null }), true)
// @ts-expect-error a misspelled mask
nn.transformer()(x, x, { targetMask: x })
// @ts-expect-error an encoder's layer is no decoder's
nn.transformerDecoder(nn.transformerEncoderLayer(4, 2), 2)

// A parametrized module keeps its type.
const layer = nn.utils.parametrizations.weightNorm(nn.linear(3, 2))
is<number>().of(layer.inFeatures, true)
is<Tensor>().of(nn.utils.stateless.functionalCall(layer, { bias: x }, x), true)
is<nn.Embedding>().of(nn.embedding.fromPretrained(x, { freeze: false }), true)
// @ts-expect-error the table's size is that of the vectors
nn.embedding.fromPretrained(x, { numEmbeddings: 3 })
