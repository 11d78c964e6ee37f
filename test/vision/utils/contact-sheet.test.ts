import test from 'ava'
import { torch } from '../../../lib/torch/index.js'
import { fromArrays } from '../../../lib/vision/datasets/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { contactSheet } from '../../../lib/vision/utils/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

/** Grey pictures of one value each. */
const greys = (...values: number[]) =>
  torch.stack(values.map((value) => torch.full([1, 100, 100], value, { dtype: 'uint8' })))

test('normalize is undone for the eye', async (t) => {
  const transform = transforms.pipeline().toTensor().normalize([0.3], [0.25])
  const ds = fromArrays(greys(0, 100, 200), [0, 0, 0], { transform })
  const { image, count, shape } = await contactSheet(ds, { transform, columns: 3 })
  t.deepEqual([count, image.dtype, ...shape], [3, 'uint8', 1, 100, 100])
  const row = image.select(0, 0).select(0, 50).toArray() as number[]
  t.deepEqual(
    [row[50], row[150], row[250]].sort((a = 0, b = 0) => a - b),
    [0, 100, 200],
  )
})

test('values of any type; small pictures are enlarged', async (t) => {
  const transform = transforms.pipeline().centerCrop([30, 50]).toDtype('bfloat16', { scale: true })
  const { image, shape } = await contactSheet(fromArrays(greys(255), [0], { transform }), {
    transform,
  })
  t.deepEqual([...shape], [1, 30, 50])
  t.deepEqual([...image.shape], [3, 140, 200])
  t.is(image.select(0, 2).select(0, 119).select(0, 199).item(), 255)
})

test('what cannot be shown', async (t) => {
  const empty = fromArrays(torch.zeros([0, 1, 4, 4]), [])
  await t.throwsAsync(contactSheet(empty), { message: /no picture to show: the data set is empty/ })
  const wide = fromArrays(torch.zeros([1, 2, 4, 4]), [0])
  await t.throwsAsync(contactSheet(wide), {
    message: /\[N, 3, H, W\] or \[N, 1, H, W\].*\[1, 2, 4, 4\]/,
  })
  await t.throwsAsync(contactSheet(empty, { count: 0 }), { message: /count, got 0/ })
})
