// `utils`: looking at pictures.

export { type MakeGridOptions, makeGrid } from './make-grid.js'
export { type SaveImageOptions, saveImage } from './save-image.js'
