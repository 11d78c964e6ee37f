import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { torch } from '../../../lib/torch/index.js'
import { decodeImage } from '../../../lib/vision/image/index.js'
import { type MakeGridOptions, makeGrid, saveImage } from '../../../lib/vision/utils/index.js'
import { formulaTensor, type GoldenTensor, golden, tensorOf } from '../../helpers/goldens.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

interface Grid {
  readonly shape: readonly number[]
  readonly offset: number
  readonly options: MakeGridOptions
  readonly result: GoldenTensor
}

const { grids } = golden<{ grids: readonly Grid[] }>('transforms')

for (const { shape, offset, options, result } of grids) {
  test(`makeGrid [${shape}] ${JSON.stringify(options)} equals torchvision`, (t) => {
    const images = formulaTensor(shape, offset)
    const before = images.toArray()
    const grid = makeGrid(images, options)
    t.deepEqual([...grid.shape], [...result.shape])
    t.deepEqual(grid.toArray(), tensorOf(result).toArray())
    t.deepEqual(images.toArray(), before)
  })
}

test('makeGrid of an array of pictures; 24 pictures in a 4 x 6 grid', (t) => {
  const pictures = Array.from({ length: 24 }, (_, index) => torch.full([3, 2, 3], index))
  const grid = makeGrid(pictures, { nrow: 6, padding: 1, padValue: -1 })
  t.deepEqual([...grid.shape], [3, 4 * 3 + 1, 6 * 4 + 1])
  const at = (row: number, column: number) =>
    grid
      .select(0, 0)
      .select(0, 1 + row * 3)
      .select(0, 1 + column * 4)
      .item()
  t.deepEqual([at(0, 0), at(0, 5), at(3, 0), at(3, 5)], [0, 5, 18, 23])
  t.is(grid.select(0, 0).select(0, 0).max().item(), -1)
})

test('makeGrid refuses what is no picture', (t) => {
  t.throws(() => makeGrid([]), { message: /a Tensor or an array of Tensors for images/ })
  t.throws(() => makeGrid(torch.zeros([2])), { message: /\[N, C, H, W\]/ })
  t.throws(() => makeGrid(torch.zeros([1, 1]), { nrow: 0 }), { message: /nrow, got 0/ })
  t.throws(() => makeGrid(torch.zeros([1, 1]), { valueRange: 3 as never }), {
    message: /valueRange, got 3/,
  })
})

test('saveImage writes what decodeImage reads', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'save-'))
  const bytes = torch.randint(256, [3, 5, 7], { dtype: 'uint8' })
  for (const [name, picture] of [
    ['bytes.png', bytes],
    ['floats.PNG', bytes.to('float32').div(255)],
  ] as const) {
    await saveImage(picture, join(folder, name))
    t.deepEqual((await decodeImage(join(folder, name))).toArray(), bytes.toArray())
  }
  await saveImage(torch.tensor([-1, 0, 0.5, 2]).reshape([1, 1, 4]), join(folder, 'grey.png'))
  const grey = await decodeImage(join(folder, 'grey.png'))
  t.deepEqual(grey.select(0, 0).toArray(), [[0, 0, 128, 255]])
  await saveImage([bytes, bytes], join(folder, 'grid.jpg'), { padding: 1, quality: 95 })
  t.deepEqual([...(await decodeImage(join(folder, 'grid.jpg'))).shape], [3, 7, 17])
})

test('saveImage refuses other endings, and names a file it cannot write', async (t) => {
  const picture = torch.zeros([3, 2, 2])
  await t.throwsAsync(saveImage(picture, 'x.bmp'), {
    message: /ends in \.png, \.jpg, \.jpeg, \.webp, got 'x\.bmp'/,
  })
  await t.throwsAsync(saveImage(picture, '/not/there/x.png'), { message: /\/not\/there\/x\.png/ })
  await t.throwsAsync(saveImage(picture, 'x.jpg', { quality: 0 }), { message: /quality, got 0/ })
})
