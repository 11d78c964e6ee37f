// A transform works where its image is. There is no second device to rely on; with a default device that
// holds no data, whatever tensor a transform makes without saying where does not fit the image's.

import test from 'ava'
import { withRandomKey } from '../../../lib/data/random.js'
import { torch } from '../../../lib/torch/index.js'
import * as transforms from '../../../lib/vision/transforms/index.js'
import { expectNoLiveTensors } from '../../helpers/live.js'

expectNoLiveTensors(test)

const CORNERS: transforms.Corners = [
  [0, 0],
  [30, 0],
  [30, 22],
  [0, 22],
]
const MOVED: transforms.Corners = [
  [2, 3],
  [28, 1],
  [25, 20],
  [4, 19],
]
const fill = [1, 2, 3]
const pipeline = transforms.pipeline()

const CHAINS = [
  pipeline.resize([9, 8]),
  pipeline.resize([9, 8], { interpolation: 'nearest' }),
  pipeline.crop(-1, -2, 30, 40).centerCrop(50),
  pipeline.pad(2, { paddingMode: 'edge' }).pad(2, { fill }),
  pipeline.fiveCrop(8),
  pipeline.tenCrop(8),
  pipeline.rotate(30, { expand: true, fill, interpolation: 'bilinear' }),
  pipeline.affine(3, [1, 2], 1, 0, { fill: 1 }),
  pipeline.perspective(CORNERS, MOVED, { fill: 1 }),
  pipeline.gaussianBlur(3),
  pipeline.erase(1, 2, 3, 4, fill),
  pipeline.randomCrop(10, { padding: 3 }),
  pipeline.randomZoomOut({ p: 1, fill }),
  pipeline.randomResize(5, 9).randomShortestSize(9).scaleJitter([9, 9]),
  pipeline.randomRotation(30).randomAffine(30).randomPerspective({ p: 1 }),
  pipeline.elasticTransform({ sigma: 1 }).randomGaussianBlur(3),
  pipeline.randomErasing({ p: 1, value: 'random' }).randomErasing({ p: 1, value: fill }),
  pipeline.randomResizedCrop(8).randomHorizontalFlip(1).randomVerticalFlip(1),
]

test('tensors that a transform makes lie where the image does', (t) => {
  for (const dtype of ['uint8', 'float32', 'float16'] as const) {
    const image = torch.ones([3, 23, 31], { dtype })
    for (const chain of CHAINS) {
      const key = { seed: 1, epoch: 0, purpose: 'sample', index: 0 } as const
      const result = torch.withDevice('meta', () => withRandomKey(key, () => chain(image)))
      t.deepEqual([result.device, result.dtype], ['cpu', dtype], String(chain))
    }
  }
})
