// Averages of weights: PyTorch's `torch.optim.swa_utils`.

export { type AveragedModel, type AveragedModelOptions, averagedModel } from './averaged-model.js'
export {
  type AverageFunction,
  getEmaAvgFn,
  getEmaMultiAvgFn,
  getSwaAvgFn,
  getSwaMultiAvgFn,
  type MultiAverageFunction,
} from './averages.js'
export { type SwaLr, type SwaLrOptions, swaLr } from './swa-lr.js'
export { type Batches, updateBn } from './update-bn.js'
