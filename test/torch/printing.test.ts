// toString() against PyTorch's repr(): test/goldens/printing.json.

import { inspect } from 'node:util'
import test from 'ava'
import { nn } from '../../lib/index.js'
import { torch } from '../../lib/torch/index.js'
import type { PrintOptions } from '../../lib/torch/print-options.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { type GoldenTensor, golden, tensorOf } from '../helpers/goldens.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

interface Goldens {
  cases: { tensor: GoldenTensor; requiresGrad: boolean; op: string | null; text: string }[]
  options: { options: Record<string, unknown>; tensor: GoldenTensor; text: string }[]
  kinds: { kind: string; text: string }[]
}
const goldens = golden<Goldens>('printing')

type Method = () => Tensor

test.serial('tensors of every dtype print as in Python', (t) => {
  for (const { tensor, requiresGrad, op, text } of goldens.cases) {
    const x = tensorOf(tensor)
    if (requiresGrad) x.requiresGrad_()
    const shown = op === null ? x : (x as unknown as Record<string, Method>)[op]?.()
    t.is(String(shown), text)
  }
})

test.serial('print options do what they do in Python', (t) => {
  for (const { options, tensor, text } of goldens.options) {
    const { sci_mode, ...rest } = options
    torch.setPrintOptions({
      ...rest,
      ...(sci_mode === undefined ? {} : { sciMode: sci_mode }),
    } as PrintOptions)
    t.is(String(tensorOf(tensor)), text, JSON.stringify(options))
    torch.setPrintOptions({ profile: 'default' })
  }
})

const complexes = (): Tensor =>
  torch.tensor([
    { re: 1, im: 2 },
    { re: 3, im: -1 },
  ])

const kinds: Record<string, () => Tensor> = {
  coo: () => torch.eye(3).toSparse(),
  coo64: () => torch.eye(3).double().toSparse(),
  cooEmpty: () => torch.zeros([2, 3]).toSparse(),
  cooGrad: () => torch.eye(3).toSparse().requiresGrad_(),
  cooHybrid: () => torch.arange(6).float().reshape(3, 2).toSparse(1),
  csr: () => torch.eye(3).toSparseCsr(),
  csc: () => torch.eye(3).toSparseCsc(),
  bsr: () => torch.ones([4, 4]).toSparseBsr([2, 2]),
  bsc: () => torch.ones([4, 4]).toSparseBsc([2, 2]),
  mkldnn: () => torch.ones([2, 2]).toMkldnn(),
  quantized: () => torch.quantizePerTensor(torch.tensor([0.5, -1, 2]), 0.1, 10, 'quint8'),
  perChannel: () =>
    torch.quantizePerChannel(
      torch.tensor([
        [0.5, 1],
        [2, 0],
      ]),
      torch.tensor([0.1, 0.00001], { dtype: 'float64' }),
      torch.tensor([0n, 3n]),
      0,
      'qint8',
    ),
  meta: () => torch.empty([2, 3], { device: 'meta' }),
  metaInt: () => torch.empty([5], { device: 'meta', dtype: 'int64' }),
  conj: () => complexes().conj(),
  neg: () => torch.imag(complexes().conj()),
  transposed: () => torch.arange(6).reshape(2, 3).t(),
  expanded: () => torch.tensor([1.5]).expand(2, 3),
  parameter: () => nn.parameter(torch.tensor([1, 2])),
  wideGrad: () => torch.arange(10).float().requiresGrad_().mul(1.5),
  line80: () => torch.arange(13).float().requiresGrad_(),
}

test.serial('tensors of every kind print as in Python', (t) => {
  t.deepEqual(
    Object.keys(kinds),
    goldens.kinds.map(({ kind }) => kind),
  )
  for (const { kind, text } of goldens.kinds) t.is(String(kinds[kind]?.()), text, kind)
})

test.serial('inspection prints the same, and a disposed tensor says so', (t) => {
  const x = torch.tensor([1, 2])
  t.is(inspect(x), 'tensor([1., 2.])')
  t.is(inspect({ x }), '{ x: tensor([1., 2.]) }')
  x.dispose()
  t.is(String(x), 'tensor(<disposed>)')
})

test.serial('print options are checked, and can be put back', (t) => {
  const before = torch.getPrintOptions()
  t.deepEqual(before, { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sciMode: null })
  torch.setPrintOptions({ precision: 1 })
  t.is(String(torch.tensor(0.25)), 'tensor(0.2)')
  torch.setPrintOptions(before)
  t.is(String(torch.tensor(0.25)), 'tensor(0.2500)')
  const wrong: [object, RegExp][] = [
    [{ precision: -1 }, /setPrintOptions: expected an integer from 0 to 50 for precision, got -1/],
    [{ threshold: Number.NaN }, /for threshold, got NaN/],
    [{ profile: 'long' }, /one of 'default', 'short', 'full' for profile, got "long"/],
    [{ sciMode: 1 }, /a boolean for sciMode, got 1/],
    [{ digits: 3 }, /unknown option "digits"/],
  ]
  for (const [options, message] of wrong)
    t.throws(() => torch.setPrintOptions(options), { message })
  t.deepEqual(torch.getPrintOptions(), before)
})
