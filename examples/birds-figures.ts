// The figures of birds.ts, each as the bytes of a PNG file.

import type { LrFinderResult, Tensor } from 'node-libtorch'
import { COLOURS, imageGrid, lineChart } from './figures.js'

/** One epoch of training. */
export interface EpochRecord {
  epoch: number
  trainLoss: number
  validLoss: number
  validAccuracy: number
  seconds: number
}

/** What the model says about one picture. */
export interface Prediction {
  image: Tensor
  predicted: string
  actual: string
  probability: number
}

/** The first 24 pictures of a batch with their classes, in a grid of 4 rows. */
export function batchFigure(images: Tensor[], labels: string[]): Promise<Buffer> {
  const tiles = images.slice(0, 24).map((image, i) => ({ image, caption: [labels[i] as string] }))
  return imageGrid('A batch of training pictures', tiles)
}

/** Loss against learning rate, with the rate that the finder suggests and the one that was chosen. */
export function finderFigure(found: LrFinderResult, maxLr: number): Promise<Buffer> {
  const points = (losses: number[]) =>
    losses.map((loss, i) => [found.lrs[i] as number, loss] as const)
  const marker = (name: string, rate: number) => ({
    x: rate,
    label: `${name}: ${rate.toPrecision(2)}`,
  })
  const { suggestion } = found
  return lineChart('Learning-rate finder', {
    x: { title: 'learning rate (log scale)', log: true },
    // Where the loss explodes it would leave no room for the part to read.
    y: { title: 'cross-entropy loss', max: 2 * (found.smoothed[0] ?? 1) },
    series: [
      { name: 'each batch', points: points(found.losses), faint: true },
      { name: 'running mean', points: points(found.smoothed) },
    ],
    markers: [
      ...(suggestion === null || suggestion === maxLr ? [] : [marker('suggestion', suggestion)]),
      marker('peak of the training', maxLr),
    ],
  })
}

/** Learning rate and momentum of every training step. */
export function cycleFigure(cycle: { lr: number; momentum: number }[]): Promise<Buffer> {
  const panel = (title: string, key: 'lr' | 'momentum') => ({
    x: { title: 'training step' },
    y: { title },
    series: [{ name: title, points: cycle.map((at, step) => [step, at[key]] as const) }],
  })
  return lineChart(
    'One-cycle schedule',
    panel('learning rate', 'lr'),
    panel('momentum', 'momentum'),
  )
}

/** Training and validation loss of every epoch. */
export function lossFigure(history: EpochRecord[]): Promise<Buffer> {
  const series = (name: string, key: 'trainLoss' | 'validLoss') => ({
    name,
    points: history.map((at) => [at.epoch, at[key]] as const),
  })
  return lineChart('Loss per epoch', {
    x: { title: 'epoch' },
    y: { title: 'cross-entropy loss' },
    series: [series('training', 'trainLoss'), series('validation', 'validLoss')],
    dots: true,
  })
}

/** Pictures with the predicted class, its probability, and whether that is right. */
export function predictionsFigure(predictions: Prediction[]): Promise<Buffer> {
  const tiles = predictions.map(({ image, predicted, actual, probability }) => {
    const right = predicted === actual
    return {
      image,
      caption: [
        `${predicted} ${(100 * probability).toFixed(0)} %`,
        right ? 'right' : `actually ${actual}`,
      ],
      frame: right ? COLOURS.blue : COLOURS.vermilion,
    }
  })
  return imageGrid('Predictions on test pictures', tiles)
}
