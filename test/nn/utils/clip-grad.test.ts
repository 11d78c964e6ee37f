import test from 'ava'
import { nn, type Tensor, torch } from '../../../lib/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const { clipGradNorm_, clipGradsWithNorm_, clipGradValue_, getTotalNorm } = nn.utils

function withGrad(values: number[], dtype: 'float32' | 'float64' = 'float32'): Tensor {
  const parameter = torch.zeros([values.length], { dtype }).requiresGrad_()
  parameter.grad = torch.tensor(values, { dtype })
  return parameter
}

test('clipGradNorm_ scales to the norm, over dtypes, and gives the norm before', (t) => {
  const params = [withGrad([3]), withGrad([0, 4], 'float64'), torch.zeros([2]).requiresGrad_()]
  const norm = clipGradNorm_(params, 1)
  t.is(norm.item(), 5)
  t.true(torch.allclose(params[0]?.grad as Tensor, torch.tensor([0.6])))
  t.true(torch.allclose(params[1]?.grad as Tensor, torch.tensor([0, 0.8], { dtype: 'float64' })))
  const before = params[0]?.grad?.toArray()
  t.true(Math.abs(Number(clipGradNorm_(params, 10).item()) - 1) < 1e-6)
  t.deepEqual(params[0]?.grad?.toArray(), before)
})

test('other norms, one tensor, nothing', (t) => {
  const w = withGrad([1, -2])
  t.is(getTotalNorm([w.grad as Tensor], { normType: 1 }).item(), 3)
  t.is(clipGradNorm_(w, 1, { normType: Infinity }).item(), 2)
  t.true(torch.allclose(w.grad as Tensor, torch.tensor([0.5, -1])))
  clipGradsWithNorm_([w], 1, torch.tensor(2))
  t.true(torch.allclose(w.grad as Tensor, torch.tensor([0.25, -0.5])))
  t.is(clipGradNorm_([], 1).item(), 0)
})

test('errorIfNonfinite leaves the gradients as they are', (t) => {
  const w = withGrad([1, Infinity])
  t.throws(() => clipGradNorm_([w], 1, { errorIfNonfinite: true }), { message: /Infinity/ })
  t.deepEqual(w.grad?.toArray(), [1, Infinity])
})

test('clipGradValue_ clamps', (t) => {
  const params = [withGrad([-3, 0.5]), withGrad([2], 'float64')]
  clipGradValue_(params, 1)
  t.deepEqual(
    params.map((param) => param.grad?.toArray()),
    [[-1, 0.5], [1]],
  )
  t.throws(() => clipGradValue_(5 as never, 1), { instanceOf: TypeError })
  t.throws(() => clipGradNorm_(params, '1' as never), { instanceOf: TypeError })
})
