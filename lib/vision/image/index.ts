export { type DecodeImageOptions, decodeImage, type ImageSource } from './decode.js'
export { ImageDecodeError } from './errors.js'
