// `utils`: looking at pictures.

export type { Color, Colors, Rgb } from './color.js'
export { type ContactSheet, type ContactSheetOptions, contactSheet } from './contact-sheet.js'
export { type DrawBoundingBoxesOptions, drawBoundingBoxes } from './draw-bounding-boxes.js'
export { type DrawKeypointsOptions, drawKeypoints } from './draw-keypoints.js'
export { type DrawLabelsOptions, drawLabels } from './draw-labels.js'
export {
  type DrawSegmentationMasksOptions,
  drawSegmentationMasks,
} from './draw-segmentation-masks.js'
export { type MakeGridOptions, makeGrid } from './make-grid.js'
export { type SaveImageOptions, saveImage } from './save-image.js'
