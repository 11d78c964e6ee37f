// Every function of nn.functional against PyTorch itself: test/goldens/functional_*.json.

import test, { type ExecutionContext } from 'ava'
import { nn, Tensor, torch } from '../../../lib/index.js'
import { formulaTensor, type GoldenTensor, tensorOf } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'
import { argumentOf, FILES, type Precision, type Row, rowsOf, type TensorSpec } from './rows.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

/** Functions without a kernel for the CPU: they raise NotImplementedError, see errors.test.ts. */
const WITHOUT_CPU = ['scaledGroupedMm']

/** Kernels add in an order of their own on each CPU: equal up to round-off, relative to the largest value. */
function agree(actual: Tensor, expected: Tensor, exact: boolean): boolean {
  if (String(actual.shape) !== String(expected.shape) || actual.dtype !== expected.dtype) {
    return false
  }
  const precise = actual.dtype === 'float64' || actual.dtype === 'int64'
  const [a, b] = [actual.detach().to('float64'), expected.to('float64')]
  if (exact) return torch.allclose(a, b, { rtol: 0, atol: 0, equalNan: true })
  const finite = b.abs().nanToNum(0, 0, 0)
  const largest = b.numel() === 0 ? 0 : (finite.max().item() as number)
  // The floor is for gradients in which terms of about 1 have cancelled.
  const atol = Math.max(largest, 0.1) * (precise ? 1e-13 : 1e-6)
  return torch.allclose(a, b, { rtol: 0, atol, equalNan: true })
}

function check(t: ExecutionContext, row: Row, precision: Precision): void {
  const { fn, args, options = {}, exact = false, results } = row
  const { outputs, grads, changed = {} } = results[precision]
  const label = `${fn}(${JSON.stringify(args)}, ${JSON.stringify(options)}) in ${precision}`
  const specs = [...args, ...Object.values(options)]
  const values = specs.map((value) => argumentOf(value, precision))
  const copies = values.map((value) => (value instanceof Tensor ? value.clone() : value))
  if (grads !== undefined) {
    values.forEach((value, i) => {
      const spec = specs[i] as TensorSpec
      if (value instanceof Tensor && spec.shape !== undefined && spec.grad !== false) {
        value.requiresGrad_()
      }
    })
  }
  const positional = values.slice(0, args.length)
  const named = Object.keys(options).map((key, i) => [key, values[args.length + i]])
  torch.manualSeed(0)
  type Call = (...all: unknown[]) => Tensor | (Tensor | null)[]
  const call = nn.functional[fn as 'relu'] as unknown as Call
  const got = call(...positional, ...(named.length > 0 ? [Object.fromEntries(named)] : []))

  const same = (actual: Tensor | null, wanted: GoldenTensor | null, what: string): void => {
    if (actual === null || wanted === null) {
      t.true(actual === wanted, `${label}: ${what}`)
      return
    }
    const dense = actual.layout === 'strided' ? actual : actual.toDense()
    const expected = tensorOf(wanted)
    t.true(agree(dense, expected, exact), `${label}: ${what}\n${dense}\n${expected}`)
  }
  const all = got instanceof Tensor ? [got] : [...got]
  t.is(all.length, outputs.length, label)
  all.forEach((output, i) => {
    same(output, outputs[i] as GoldenTensor | null, `output ${i}`)
  })
  const [first] = all
  if (grads !== undefined && first) {
    first.backward(formulaTensor(first.shape, 5000).to(first.dtype))
    values.forEach((value, i) => {
      if (value instanceof Tensor) same(value.grad, grads[i] ?? null, `gradient ${i}`)
    })
  }
  if (fn.endsWith('_') || options.inplace === true)
    t.is(first, values[0] as Tensor, `${label}: in place`)
  values.forEach((value, i) => {
    if (!(value instanceof Tensor) || value === first) return
    const after = changed[i]
    if (after !== undefined) same(value, after, `argument ${i} afterwards`)
    else t.true(agree(value, copies[i] as Tensor, true), `${label}: argument ${i} is as it was`)
  })
}

for (const file of FILES) {
  test(`${file}: results, gradients and what is changed in place`, (t) => {
    for (const row of rowsOf(file)) {
      check(t, row, 'float32')
      check(t, row, 'float64')
    }
  })
}

test('every function has goldens', (t) => {
  const covered = FILES.flatMap((file) => rowsOf(file).map(({ fn }) => fn))
  t.deepEqual(
    Object.keys(nn.functional).filter((name) => !covered.includes(name)),
    WITHOUT_CPU,
  )
})
