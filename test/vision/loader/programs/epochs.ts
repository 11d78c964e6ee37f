// Prints a hash of what native code makes of some pictures, for several pipelines, and whether it was native
// code.

import { createHash } from 'node:crypto'
import { dataloader } from '../../../../lib/data/index.js'
import { datasets, transforms } from '../../../../lib/vision/index.js'

const { pipeline } = transforms
const [mean, std] = [
  [0.485, 0.456, 0.406],
  [0.229, 0.224, 0.225],
]
const jitter = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }
// Sizes that leave something over, whatever number of pixels a kernel takes at a time.
const chains = [
  pipeline().randomResizedCrop([61, 47]).randomHorizontalFlip().colorJitter(jitter),
  pipeline().randomResizedCrop(224).colorJitter(jitter).toTensor().normalize(mean, std),
  pipeline().resize([333, 291]).randomGrayscale(0.5).toTensor(),
  pipeline().toTensor().randomResizedCrop([45, 59]).colorJitter(jitter).normalize(mean, std),
  pipeline().randomResizedCrop([31, 30]).toDtype('float32', { scale: true }).normalize(mean, std),
  pipeline().randomResizedCrop([31, 30]).toTensor().normalize(mean, std).toDtype('bfloat16'),
  pipeline().resize([29, 41]).adjustBrightness(3e6).toTensor(),
  pipeline().resize([29, 41]).adjustContrast(2e6).adjustSaturation(5e6),
  pipeline().randomResizedCrop([45, 59]).adjustSharpness(1.7).randomAdjustSharpness(0.3),
  pipeline().resize([29, 41]).adjustSharpness(1.5e7),
]

for (const transform of chains) {
  const photos = new URL('../../../../examples/photos/test', import.meta.url)
  const dataset = await datasets.imageFolder(photos, { transform })
  for (const memoryFormat of ['contiguous_format', 'channels_last'] as const) {
    const loader = dataloader(dataset, { batchSize: 8, seed: 3, memoryFormat })
    const hash = createHash('sha256')
    for await (const [x, y] of loader) {
      hash.update(x.toBytes())
      x.dispose()
      y.dispose()
    }
    console.log(Object.keys(loader.report.stages).length > 0, hash.digest('hex'))
  }
}
