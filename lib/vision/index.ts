// node-libtorch/vision: images, as in torchvision.

export * as datasets from './datasets/index.js'
export { type DecodeImageOptions, decodeImage, ImageDecodeError } from './image/index.js'
export * as models from './models/index.js'
export * as ops from './ops/index.js'
export * as transforms from './transforms/index.js'
export {
  contactSheet,
  drawBoundingBoxes,
  drawKeypoints,
  drawLabels,
  drawSegmentationMasks,
  makeGrid,
  saveImage,
} from './utils/index.js'
