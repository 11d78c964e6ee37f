// The command line of birds.ts.

import { parseArgs } from 'node:util'

const HELP = `Trains a picture classifier, step by step as in the tutorial "Classifying images".

Usage: npm run birds -- [options]

  --data DIR         folder with train/, valid/ and test/, each with one folder of pictures per class
                     (default: examples/photos)
  --weights W        imagenet: start from torchvision's ImageNet weights and train the last layer (default);
                     none: train the whole network from random weights;
                     FILE: as imagenet, from a .safetensors or .pth state dict of a ResNet18
  --image-size N     side of the square pictures the network sees (default: 224, or 128 with random weights)
  --epochs N         passes over the training pictures (default: 10, or 40 with random weights)
  --batch-size N     pictures in a training step (default: 26)
  --max-lr auto|N    highest learning rate of the one-cycle schedule; auto takes the finder's suggestion
                     (default: 0.05, or 0.02 with random weights)
  --device D         cpu, cuda, cuda:1 ... (default: cuda if there is one)
  --seed N           seed of weights, order and augmentation (default: 1)
  --out DIR          where figures, weights and history are written (default: out/birds)
  --help             print this`

/** What the command line asks for; undefined where the program chooses. */
export interface BirdsOptions {
  data: string
  weights: string
  imageSize: number | undefined
  epochs: number | undefined
  batchSize: number
  maxLr: 'auto' | number | undefined
  device: string | undefined
  seed: number
  out: string
}

/** Reads the command line. Where it asks for help or has a mistake, prints the one or the other and ends the program. */
export function readOptions(defaultData: string): BirdsOptions {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: 'string', default: defaultData },
        weights: { type: 'string', default: 'imagenet' },
        'image-size': { type: 'string' },
        epochs: { type: 'string' },
        'batch-size': { type: 'string', default: '26' },
        'max-lr': { type: 'string' },
        device: { type: 'string' },
        seed: { type: 'string', default: '1' },
        out: { type: 'string', default: 'out/birds' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(HELP)
      process.exit(0)
    }
    const maxLr = values['max-lr']
    return {
      data: values.data,
      weights: values.weights,
      imageSize: optional(values['image-size'], (text) => integer('--image-size', text, 32)),
      epochs: optional(values.epochs, (text) => integer('--epochs', text, 1)),
      batchSize: integer('--batch-size', values['batch-size'], 2),
      maxLr: maxLr === 'auto' ? maxLr : optional(maxLr, (text) => positive('--max-lr', text)),
      device: values.device,
      seed: integer('--seed', values.seed, 0),
      out: values.out,
    }
  } catch (error) {
    console.error(`${(error as Error).message}; --help lists the options`)
    process.exit(1)
  }
}

function optional<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  return text === undefined ? undefined : read(text)
}

function integer(option: string, text: string, least: number): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least && text.trim() !== '') return value
  throw new RangeError(`${option}: expected an integer of at least ${least}, got '${text}'`)
}

function positive(option: string, text: string): number {
  const value = Number(text)
  if (Number.isFinite(value) && value > 0) return value
  throw new RangeError(`${option}: expected a number above 0 or auto, got '${text}'`)
}
