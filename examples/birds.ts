// Classifying images: the tutorial of R torch in TypeScript, section by section.
//
// Which class does a photo belong to? The original tells 225 species of birds apart; this program takes any
// folder of that layout (--data), and comes with a small set of photos of four classes. `--help` lists the options.

import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type DataLoader,
  type Device,
  dataloader,
  loadTensors,
  lr,
  lrFinder,
  nn,
  optim,
  saveSafetensors,
  type Tensor,
  torch,
  WeightsError,
} from 'node-libtorch'
import { datasets, models, transforms } from 'node-libtorch/vision'
import {
  batchFigure,
  cycleFigure,
  type EpochRecord,
  finderFigure,
  lossFigure,
  predictionsFigure,
} from './birds-figures.js'
import { readOptions } from './birds-options.js'

// A wrong folder or device is one line, not a stack of calls.
process.on('uncaughtException', (error) => {
  console.error(`birds: ${error.message}`)
  process.exit(1)
})

const started = performance.now()
const options = readOptions(fileURLToPath(new URL('photos', import.meta.url)))
const device = (options.device ?? (torch.cuda.isAvailable() ? 'cuda:0' : 'cpu')) as Device
torch.manualSeed(options.seed)
await mkdir(options.out, { recursive: true })
const save = (name: string, content: string | Uint8Array): Promise<void> =>
  writeFile(path.join(options.out, name), content)

// ---- Model -----------------------------------------------------------------------------------------------
// A ResNet18 that has learned ImageNet. It comes before the data, because without its weights everything has to
// be learned from few pictures: then smaller ones will do, and train in a fraction of the time.

async function pretrainedModel(): Promise<models.ResNet | null> {
  if (options.weights === 'none') return null
  if (options.weights !== 'imagenet') {
    const weights = await loadTensors(options.weights)
    const model = await models.resnet18({ numClasses: weights.get('fc.weight')?.shape[0] })
    model.loadStateDict(weights)
    return model
  }
  try {
    return await models.resnet18({ pretrained: true })
  } catch (error) {
    if (!(error instanceof WeightsError)) throw error
    const { message } = (error.cause ?? error) as Error
    console.log(`No ImageNet weights, so all layers are trained from random ones (${message})`)
    return null
  }
}

const pretrained = await pretrainedModel()
const imageSize = options.imageSize ?? (pretrained ? 224 : 128)
const epochs = options.epochs ?? (pretrained ? 10 : 40)

// ---- Data loading and transformation ---------------------------------------------------------------------

const mean = [0.485, 0.456, 0.406]
const std = [0.229, 0.224, 0.225]

const trainTransforms = transforms
  .pipeline()
  .toTensor()
  .to(device)
  .randomResizedCrop([imageSize, imageSize])
  .colorJitter()
  .randomHorizontalFlip()
  .normalize(mean, std)

const validTransforms = transforms
  .pipeline()
  .toTensor()
  .to(device)
  .resize(Math.round((imageSize * 256) / 224))
  .centerCrop([imageSize, imageSize])
  .normalize(mean, std)

const folder = (name: string, transform: transforms.Pipeline) =>
  datasets.imageFolder(path.join(options.data, name), { transform })
const trainDs = await folder('train', trainTransforms)
const validDs = await folder('valid', validTransforms)
const testDs = await folder('test', validTransforms)

const { batchSize } = options
const trainDl = dataloader(trainDs, { batchSize, shuffle: true })
const validDl = dataloader(validDs, { batchSize })
const testDl = dataloader(testDs, { batchSize })

const classNames = trainDs.classes
console.log(`Classes: ${classNames.join(', ')}`)
console.log(
  `Pictures: ${trainDs.length} for training, ${validDs.length} for validation, ${testDs.length} for the test`,
)
console.log(
  `Batches: ${trainDl.length}, ${validDl.length} and ${testDl.length} of up to ${batchSize}`,
)

// ---- A look at a batch -----------------------------------------------------------------------------------

const batch = await trainDl.iter().next()
console.log(`A batch: pictures [${batch.x.shape}], labels [${batch.y.shape}]`)

/** Undoes the normalization of one picture, channel by channel. */
const asPicture = (image: Tensor): Tensor =>
  image
    .to('cpu')
    .mul(torch.tensor(std).view([3, 1, 1]))
    .add(torch.tensor(mean).view([3, 1, 1]))

const labels = (batch.y.toArray() as number[]).map((label) => classNames[label] as string)
await save('batch.png', await batchFigure(batch.x.unbind(0).map(asPicture), labels))

// ---- The last layer --------------------------------------------------------------------------------------
// What the network has learned is kept: all parameters are frozen, then a new last layer learns our classes.

const model = pretrained ?? (await models.resnet18())
if (pretrained) {
  for (const parameter of model.parameters()) parameter.requiresGrad_(false)
}
model.fc = nn.linear(model.fc.inFeatures, classNames.length)
model.to(device)

const criterion = nn.crossEntropyLoss()
const optimizer = optim.sgd(model.parameters(), { lr: 0.1, momentum: 0.9 })

// ---- Finding a learning rate -----------------------------------------------------------------------------
// The finder puts everything back as it was, so training can begin with the same model. The running mean spans
// a tenth of the steps, as the tutorial's 0.98 does of its 490.

const finderSteps = Math.max(trainDl.length, 30)
const found = await lrFinder(
  { model, criterion, optimizer, loader: trainDl },
  { device, steps: finderSteps, startLr: 1e-5, endLr: 10, beta: 1 - 10 / finderSteps },
)
const defaultLr = pretrained ? 0.05 : 0.02
const maxLr =
  options.maxLr === 'auto' ? (found.suggestion ?? defaultLr) : (options.maxLr ?? defaultLr)
const suggestion =
  found.suggestion === null ? 'suggests none' : `suggests ${found.suggestion.toPrecision(2)}`
console.log(
  `Learning rate: the finder ${suggestion}; the schedule peaks at ${maxLr.toPrecision(2)}`,
)

await save('lr-finder.png', await finderFigure(found, maxLr))

// ---- Training --------------------------------------------------------------------------------------------

const scheduler = lr.oneCycle(optimizer, { maxLr, epochs, stepsPerEpoch: trainDl.length })
const cycle: { lr: number; momentum: number }[] = []
const history: EpochRecord[] = []

function trainBatch(x: Tensor, y: Tensor): number {
  optimizer.zeroGrad()
  const loss = criterion(model(x), y.to(device))
  loss.backward()
  const { lr = 0, momentum = 0 } = optimizer.paramGroups[0] ?? {}
  cycle.push({ lr, momentum })
  optimizer.step()
  scheduler.step()
  return Number(loss.item())
}

/** Loss and predictions without training: class probabilities and the true class of each picture. */
async function evaluate(loader: DataLoader<[Tensor, Tensor]>) {
  model.eval()
  const batchLosses: number[] = []
  const probabilities: number[][] = []
  const labels: number[] = []
  for await (const [x, y] of loader) {
    torch.noGrad(() => {
      const output = model(x)
      batchLosses.push(Number(criterion(output, y.to(device)).item()))
      probabilities.push(...(output.softmax(1).toArray() as number[][]))
      labels.push(...(y.toArray() as number[]))
    })
  }
  const predictions = probabilities.map((row) => row.indexOf(Math.max(...row)))
  const right = predictions.map((predicted, i) => predicted === labels[i])
  return {
    loss: average(batchLosses),
    accuracy: average(right.map(Number)),
    labels,
    predictions,
    probabilities,
    right,
  }
}

for (let epoch = 1; epoch <= epochs; epoch++) {
  const begun = performance.now()
  model.train()
  const trainLosses: number[] = []
  for await (const [x, y] of trainDl) trainLosses.push(trainBatch(x, y))

  const valid = await evaluate(validDl)
  const trainLoss = average(trainLosses)
  const seconds = (performance.now() - begun) / 1000
  history.push({ epoch, trainLoss, validLoss: valid.loss, validAccuracy: valid.accuracy, seconds })
  console.log(
    `Epoch ${String(epoch).padStart(String(epochs).length)}: training loss ${trainLoss.toFixed(4)}, ` +
      `validation loss ${valid.loss.toFixed(4)}  (${seconds.toFixed(1)} s)`,
  )
}

await save('one-cycle.png', await cycleFigure(cycle))
await save('loss.png', await lossFigure(history))

// ---- Test ------------------------------------------------------------------------------------------------

const test = await evaluate(testDl)
const rightCount = test.right.filter(Boolean).length
console.log(
  `Test: accuracy ${percent(test.accuracy)} (${rightCount} of ${test.labels.length}), loss ${test.loss.toFixed(4)}; ` +
    `guessing would give ${percent(1 / classNames.length)}`,
)
const perClass = classNames.map((name, label) => {
  const own = test.right.filter((_, i) => test.labels[i] === label)
  return { name, pictures: own.length, accuracy: average(own.map(Number)) }
})
for (const { name, accuracy, pictures } of perClass) {
  console.log(`  ${name}: ${percent(accuracy)} of ${pictures}`)
}

// Twelve pictures, evenly from all classes: the data set is in the order of its classes.
const chosen = Array.from({ length: 12 }, (_, i) => Math.floor(((i + 0.5) * testDs.length) / 12))
const predictions = [...new Set(chosen)].map(async (i) => {
  const predicted = test.predictions[i] as number
  return {
    image: asPicture((await testDs.getItem(i)).x),
    predicted: classNames[predicted] as string,
    actual: classNames[test.labels[i] as number] as string,
    probability: test.probabilities[i]?.[predicted] as number,
  }
})
await save('predictions.png', await predictionsFigure(await Promise.all(predictions)))

// ---- The trained model -----------------------------------------------------------------------------------

await saveSafetensors(model.stateDict(), path.join(options.out, 'model.safetensors'))
const result = {
  options: { ...options, device, imageSize, epochs, maxLr, pretrained: pretrained !== null },
  classes: classNames,
  lrFinder: found,
  oneCycle: cycle,
  epochs: history,
  test: { loss: test.loss, accuracy: test.accuracy, perClass },
  seconds: (performance.now() - started) / 1000,
}
await save('history.json', `${JSON.stringify(result, null, 2)}\n`)
console.log(`Figures, weights and history: ${options.out} (${result.seconds.toFixed(0)} s in all)`)

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
