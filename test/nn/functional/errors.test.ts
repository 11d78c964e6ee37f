// What nn.functional refuses: one sentence that names the function, and an error of the right class.

import test from 'ava'
import {
  NotImplementedError,
  nn,
  TensorDisposedError,
  TorchError,
  torch,
} from '../../../lib/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

const F = nn.functional
/** A call as untyped code makes it. */
const call = (name: keyof typeof F, ...values: unknown[]): unknown =>
  (F[name] as (...all: unknown[]) => unknown)(...values)

const ones = (...shape: number[]) => torch.ones(shape)
const ints = (...values: number[]) => torch.tensor(values, { dtype: 'int64' })

type ErrorClass = new (...values: never[]) => Error
type Refusal = [what: () => unknown, kind: ErrorClass, message: RegExp]

function refuses(t: { throws: typeof test.prototype.throws }, refusals: Refusal[]): void {
  for (const [what, instanceOf, message] of refusals) {
    t.throws(what, { instanceOf, message }, `${what}`)
  }
}

test('arguments that are no arguments', (t) => {
  const x = ones(2, 3)
  refuses(t, [
    [() => call('relu', 5), TypeError, /^relu: expected a Tensor for input, got 5$/],
    [() => call('relu', x, { inPlace: true }), TypeError, /^relu: unknown option "inPlace"/],
    [() => call('relu', x, 1), TypeError, /^relu: expected a boolean for inplace, got 1$/],
    [() => call('relu', x, true, true), TypeError, /^relu: expected at most 1 /],
    [() => call('dropout', x, 0.5, { p: 0.5 }), TypeError, /^dropout: p /],
    [
      () => call('softmax', x, 'rows'),
      TypeError,
      /^softmax: expected an integer for dim, got "rows"$/,
    ],
    [() => call('softsign'), TypeError, /^softsign: expected a Tensor for input, got undefined$/],
    [() => call('maxPool2d', x), TypeError, /^maxPool2d: the argument kernelSize is missing$/],
    [() => call('mseLoss', x), TypeError, /^mseLoss: expected a Tensor for target/],
    [
      () => call('mseLoss', x, x, 'batch'),
      TypeError,
      /^mseLoss: expected one of 'none', 'mean', 'sum' for reduction/,
    ],
    [
      () => call('crossEntropy', x, ints(0, 1), { weight: [1, 2, 3] }),
      TypeError,
      /^crossEntropy: .*weight/,
    ],
    [
      () => call('tripletMarginWithDistanceLoss', x, x, x, 1),
      TypeError,
      /^tripletMarginWithDistanceLoss: /,
    ],
    [
      () => call('tripletMarginWithDistanceLoss', x, x, x, { distanceFunction: 2 }),
      TypeError,
      /a function for distanceFunction/,
    ],
    [() => call('lpPool1d', x, '2', 2), TypeError, /^lpPool1d: expected a number for normType/],
  ])
  const disposed = ones(2)
  disposed.dispose()
  t.throws(() => F.relu(disposed), { instanceOf: TensorDisposedError })
  t.throws(() => F.softsign(disposed), { instanceOf: TensorDisposedError })
})

test('activations, dropout and normalization', (t) => {
  const x = ones(2, 3)
  const row = ones(1, 3)
  refuses(t, [
    [() => F.glu(torch.tensor(1)), TorchError, /^glu: expected at least one dimension/],
    [() => F.glu(ones(3)), TorchError, /even/],
    [
      () => F.hardtanh(x, 1, -1),
      RangeError,
      /^hardtanh: expected minVal up to maxVal, got 1 and -1$/,
    ],
    [
      () => F.dropout(x, -0.1),
      RangeError,
      /^dropout: expected a number from 0 to 1 for p, got -0.1$/,
    ],
    [() => F.alphaDropout(x, 2), RangeError, /^alphaDropout: .*from 0 to 1 for p, got 2$/],
    [
      () => F.dropout1d(ones(1, 1, 1, 1)),
      TorchError,
      /^dropout1d: expected 2 or 3 dimensions for input, got 4$/,
    ],
    [
      () => F.batchNorm(row, null, null, { training: true }),
      RangeError,
      /^batchNorm: expected more than one value/,
    ],
    [
      () => F.batchNorm(x, null, null, { training: true, eps: 0 }),
      RangeError,
      /above 0 for eps, got 0$/,
    ],
    [
      () => F.batchNorm(x, ones(3), ones(3), { eps: -1 }),
      RangeError,
      /at least 0 for eps, got -1$/,
    ],
    [() => F.batchNorm(x, null, null), TorchError, /running_mean/],
    [
      () => F.instanceNorm(ones(2, 3, 1)),
      RangeError,
      /^instanceNorm: expected more than one spatial element/,
    ],
    [() => F.layerNorm(x, [4]), TorchError, /normalized_shape/],
    [() => F.groupNorm(ones(3), 1), TorchError, /^groupNorm: expected at least 2 dimensions/],
    [() => F.groupNorm(ones(1, 2), 2), RangeError, /^groupNorm: expected more than one value/],
    [() => F.groupNorm(ones(2, 3), 2), TorchError, /divisible/],
    [() => F.groupNorm(x, 0), RangeError, /at least 1 for numGroups, got 0$/],
    [
      () => F.localResponseNorm(x, 2),
      RangeError,
      /^localResponseNorm: expected at least 3 dimensions/,
    ],
  ])
})

test('embeddings', (t) => {
  const table = ones(4, 2)
  const weights = ones(1, 2)
  const bags = torch.tensor([[0, 1]], { dtype: 'int64' })
  const flat = ints(0, 1)
  refuses(t, [
    [() => F.embedding(flat, table, 4), RangeError, /from -4 to 3 for paddingIdx, got 4$/],
    [() => F.embedding(flat, table, -5), RangeError, /from -4 to 3 for paddingIdx, got -5$/],
    [() => F.embedding(ints(4), table), RangeError, /index out of range/],
    [() => F.embedding(ones(1), table), TorchError, /scalar type/],
    [
      () => F.embeddingBag(bags, ones(4)),
      RangeError,
      /^embeddingBag: expected 2 dimensions for weight, got 1$/,
    ],
    [
      () => F.embeddingBag(bags, table, ints(0)),
      TypeError,
      /null for a two-dimensional input for offsets/,
    ],
    [() => F.embeddingBag(flat, table), TypeError, /expected a Tensor for offsets, got null$/],
    [
      () => F.embeddingBag(flat, table, bags),
      RangeError,
      /expected 1 dimension for offsets, got 2$/,
    ],
    [
      () => F.embeddingBag(torch.tensor(1), table),
      RangeError,
      /expected 1 or 2 dimensions for input, got 0$/,
    ],
    [
      () => call('embeddingBag', bags, table, { mode: 'min' }),
      TypeError,
      /one of 'sum', 'mean', 'max' for mode/,
    ],
    [
      () => F.embeddingBag(bags, table, { mode: 'max', sparse: true }),
      RangeError,
      /sparse to be false/,
    ],
    [
      () => F.embeddingBag(bags, table, { mode: 'max', scaleGradByFreq: true }),
      RangeError,
      /scaleGradByFreq to be false/,
    ],
    [
      () => F.embeddingBag(bags, table, { perSampleWeights: ones(2) }),
      RangeError,
      /\[1, 2\] for perSampleWeights, got \[2\]$/,
    ],
    [
      () => F.embeddingBag(bags, table, { perSampleWeights: weights }),
      NotImplementedError,
      /mode 'sum' with perSampleWeights, got 'mean'$/,
    ],
    [() => F.oneHot(ints(0, -1)), TorchError, /non-negative/],
    [() => F.oneHot(ints(0, 3), 2), TorchError, /smaller than num_classes/],
  ])
})

test('losses', (t) => {
  const x = ones(2, 3)
  const flat = ones(3)
  refuses(t, [
    [
      () => F.l1Loss(x, x, { weight: flat }),
      RangeError,
      /^l1Loss: expected the input's shape \[2, 3\] for weight, got \[3\]$/,
    ],
    [() => F.huberLoss(x, x, { weight: flat }), RangeError, /^huberLoss: .* for weight/],
    [() => F.mseLoss(x, ones(4)), TorchError, /must match/],
    [() => F.smoothL1Loss(x, x, { beta: -1 }), TorchError, /beta/],
    [
      () => F.gaussianNllLoss(x, x, -1),
      RangeError,
      /^gaussianNllLoss: expected no negative number in variance$/,
    ],
    [() => F.gaussianNllLoss(x, x, ones(2, 3).neg()), RangeError, /negative/],
    [() => F.gaussianNllLoss(x, x, ones(3)), RangeError, /for variance, got \[3\]$/],
    [() => F.nllLoss(x, ints(0, 3)), RangeError, /out of bounds/],
    [() => F.crossEntropy(x, ints(0, 1), { labelSmoothing: 2 }), TorchError, /label_smoothing/],
    [
      () => F.binaryCrossEntropy(x, flat),
      RangeError,
      /^binaryCrossEntropy: expected the input's shape \[2, 3\] for target, got \[3\]$/,
    ],
    [() => F.binaryCrossEntropyWithLogits(x, flat), RangeError, /for target, got \[3\]$/],
    [() => F.binaryCrossEntropy(ones(2).mul(2), ones(2)), TorchError, /between 0 and 1/],
    [() => call('klDiv', x, x, 'batch'), TypeError, /'batchmean'/],
    [
      () => F.marginRankingLoss(flat, x, flat),
      TorchError,
      /^marginRankingLoss: expected as many dimensions .* got \[3\], \[2, 3\], \[3\]$/,
    ],
    [() => call('multiMarginLoss', x, ints(0, 1), 3), RangeError, /expected 1 or 2 for p, got 3$/],
    [
      () => F.multiMarginLoss(x, ints(0, 1), { weight: x }),
      RangeError,
      /expected 1 dimension for weight, got 2$/,
    ],
    [() => F.tripletMarginLoss(x, x, x, 0), RangeError, /above 0 for margin, got 0$/],
    [
      () => F.tripletMarginWithDistanceLoss(x, x, x, { margin: -1 }),
      RangeError,
      /above 0 for margin, got -1$/,
    ],
    [() => F.tripletMarginWithDistanceLoss(x, flat, x), TorchError, /as many dimensions/],
    [
      () => F.linearCrossEntropy(ones(1, 1, 1), x, ints(0)),
      TorchError,
      /1 or 2 dimensions for input, got 3$/,
    ],
    [
      () => F.linearCrossEntropy(x, flat, ints(0)),
      TorchError,
      /at least 2 dimensions for linearWeight, got 1$/,
    ],
    [() => F.linearCrossEntropy(x, ones(4, 2), ints(0, 1)), TorchError, /got 3 and 2$/],
    [
      () => F.linearCrossEntropy(x, ones(4, 3), ints(0, 1), { linearBias: flat }),
      TorchError,
      /\[4\] for linearBias, got \[3\]$/,
    ],
    [() => F.linearCrossEntropy(flat, ones(4, 2, 3), ints(0)), TorchError, /expected a batch/],
    [
      () => F.linearCrossEntropy(x, ones(4, 3), ones(2, 4), { ignoreIndex: 1 }),
      TorchError,
      /ignoreIndex has no meaning/,
    ],
  ])
})

test('pooling and resizing', (t) => {
  const image = ones(1, 1, 4, 4)
  const line = ones(1, 1, 4)
  const places = torch.zeros([1, 1, 4], { dtype: 'int64' })
  refuses(t, [
    [() => F.maxPool2d(image, 2, null, 2), TorchError, /pad/],
    [
      () => F.adaptiveAvgPool2d(ones(4), [2, 2]),
      RangeError,
      /^adaptiveAvgPool2d: expected at least 3 dimensions for input, got 1$/,
    ],
    [
      () => F.adaptiveMaxPool2d(ones(2, 2), [2, 2]),
      RangeError,
      /^adaptiveMaxPool2d: expected at least 3 dimensions/,
    ],
    [
      () => F.fractionalMaxPool2d(image, 2),
      RangeError,
      /expected one of outputSize and outputRatio, got neither$/,
    ],
    [
      () => F.fractionalMaxPool2d(image, 2, { outputRatio: [0.5] }),
      RangeError,
      /one or 2 numbers for outputRatio, got 1$/,
    ],
    [
      () => F.fractionalMaxPool3d(line, 2, 2),
      RangeError,
      /at least 4 dimensions for input, got 3$/,
    ],
    [
      () => F.maxUnpool1d(ones(4), places, 2),
      RangeError,
      /at least 2 dimensions for input, got 1$/,
    ],
    [
      () => F.maxUnpool1d(line, places, 2, { outputSize: [20] }),
      RangeError,
      /between 6 and 10 \(exclusive\) in dimension 0, got 20$/,
    ],
    [
      () => F.maxUnpool1d(line, places, 2, { outputSize: [1, 8] }),
      TypeError,
      /1 or 3 integers for outputSize/,
    ],
    [() => F.maxUnpool1d(line, places, [2, 2]), TypeError, /one or 1 integers for kernelSize/],
    [
      () => F.interpolate(image),
      RangeError,
      /^interpolate: expected one of size and scaleFactor, got neither$/,
    ],
    [() => F.interpolate(image, 2, 2), RangeError, /got both$/],
    [() => F.interpolate(image, [2]), RangeError, /expected 2 values for size, .* got 1$/],
    [() => F.interpolate(image, 1.5), TypeError, /an integer for size, got 1.5$/],
    [
      () => F.interpolate(image, { scaleFactor: [2] }),
      RangeError,
      /expected 2 values for scaleFactor/,
    ],
    [
      () => F.interpolate(image, 2, { alignCorners: true }),
      RangeError,
      /alignCorners has no meaning with mode 'nearest'$/,
    ],
    [
      () => F.interpolate(image, 2, { recomputeScaleFactor: true }),
      RangeError,
      /recomputeScaleFactor has no meaning with a size$/,
    ],
    [
      () => F.interpolate(line, 2, { mode: 'bilinear', antialias: true }),
      RangeError,
      /antialias needs/,
    ],
    [() => F.interpolate(image, 2, { antialias: true }), RangeError, /antialias needs/],
    [() => F.interpolate(image, 2, { mode: 'lanczos' }), RangeError, /needs antialias: true$/],
    [
      () => F.interpolate(image, 2, { mode: 'lanczos', antialias: true, alignCorners: true }),
      RangeError,
      /does not support alignCorners$/,
    ],
    [
      () => F.interpolate(line, 2, { mode: 'bilinear' }),
      NotImplementedError,
      /expected 4 dimensions for input with mode 'bilinear', got 3$/,
    ],
    [
      () => F.interpolate(image, 2, { mode: 'trilinear' }),
      NotImplementedError,
      /expected 5 dimensions/,
    ],
    [() => call('interpolate', image, 2, null, 'cubic'), NotImplementedError, /mode "cubic"$/],
    [
      () => F.interpolate(ones(2, 2), 2),
      NotImplementedError,
      /got 2 dimensions and mode "nearest"$/,
    ],
  ])
})

test('sampling, padding, attention and products', (t) => {
  const image = ones(1, 1, 2, 2)
  const theta = ones(1, 2, 3)
  const x = ones(3, 1, 4)
  const weight = ones(12, 4)
  const out = ones(4, 4)
  const attend = (numHeads: number, options: object, query = x, value = x) =>
    call(
      'multiHeadAttentionForward',
      query,
      x,
      value,
      4,
      numHeads,
      weight,
      null,
      null,
      null,
      false,
      0,
      out,
      null,
      options,
    )
  refuses(t, [
    [
      () => call('gridSample', image, image, 'cubic'),
      TypeError,
      /'bilinear', 'nearest', 'bicubic' for mode/,
    ],
    [
      () => call('gridSample', image, image, 'nearest', 'none'),
      TypeError,
      /'zeros', 'border', 'reflection' for paddingMode/,
    ],
    [() => F.gridSample(image, ones(1, 2, 2, 3), { alignCorners: false }), TorchError, /grid/],
    [
      () => F.affineGrid(theta.long(), [1, 1, 2, 2], false),
      RangeError,
      /floating-point dtype for theta, got int64$/,
    ],
    [
      () => F.affineGrid(theta, [1, 1, 2, 2, 2], false),
      RangeError,
      /\[N, 3, 4\] for theta, got \[1, 2, 3\]$/,
    ],
    [
      () => F.affineGrid(theta, [1, 2, 2], false),
      NotImplementedError,
      /4 or 5 integers for size, got \[1, 2, 2\]$/,
    ],
    [() => F.affineGrid(theta, [1, 1, 0, 2], false), RangeError, /positive integers for size/],
    [() => F.pad(image, [1]), TorchError, /divisible/],
    [() => F.pad(image, [2, 2], 'reflect'), TorchError, /[Pp]adding size/],
    [
      () => attend(3, {}),
      TorchError,
      /^multiHeadAttentionForward: 3 heads do not divide 4 features$/,
    ],
    [() => attend(2, {}, ones(1, 3, 1, 4)), TorchError, /2 or 3 dimensions for query, got 4$/],
    [() => attend(2, {}, ones(3, 1, 6)), TorchError, /query to have 4 features, got 6$/],
    [
      () => attend(2, {}, x, ones(2, 1, 4)),
      TorchError,
      /the shapes of key \[3, 1, 4\] and value \[2, 1, 4\] do not match$/,
    ],
    [() => attend(2, { isCausal: true }), TorchError, /isCausal needs an attnMask$/],
    [() => attend(2, { attnMask: ones(2, 3) }), TorchError, /\[3, 3\] for attnMask, got \[2, 3\]$/],
    [
      () => attend(2, { attnMask: ints(1).expand([3, 3]) }),
      TorchError,
      /bool or a float for attnMask, got int64$/,
    ],
    [
      () => attend(2, { keyPaddingMask: ones(3) }),
      TorchError,
      /2 dimensions for keyPaddingMask, got 1$/,
    ],
    [
      () => attend(2, { keyPaddingMask: ones(1, 4) }),
      TorchError,
      /\[1, 3\] for keyPaddingMask, got \[1, 4\]$/,
    ],
    [
      () => attend(2, { useSeparateProjWeight: true }),
      TypeError,
      /a Tensor for qProjWeight, got null$/,
    ],
    [
      () => attend(2, { staticK: ones(1, 3, 2) }),
      TorchError,
      /\[2, S, 2\] for staticK, got \[1, 3, 2\]$/,
    ],
    [() => attend(2, { attnMask: 1 }), TypeError, /a Tensor for attnMask, got 1$/],
    [
      () => call('scaledMm', out, out, x, 'Wise', x, 'RowWise'),
      TypeError,
      /'TensorWise'.* for scaleRecipeA, got "Wise"$/,
    ],
    [
      () => F.scaledGroupedMm(out, out, x, 'RowWise', x, 'RowWise'),
      NotImplementedError,
      /_scaled_grouped_mm_v2/,
    ],
  ])
})
