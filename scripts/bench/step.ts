// What one training step of ResNet18 takes: the loop on the JS thread and trainStep, against Python's eager loop.

import { isBuilt, keepLeast, runNode, runPython } from './python.js'
import { RESNET18 } from './resnet18.js'

/** Processes of each kind, in turn, and steps in each; the first one warms up. */
const ROUNDS = 3
const STEPS = 5

const ROWS = ['float32', 'channels last', 'channels last, bfloat16 autocast'] as const
const COLUMNS = ['loop', 'trainStep'] as const

const NODE = `
const { lr, nn, optim, torch, trainStep } = await import(process.argv[1])
const { models } = await import(new URL('./vision/index.js', process.argv[1]))
const criterion = nn.crossEntropyLoss()
const times = []
for (const [last, autocast] of [[false, null], [true, null], [true, 'bfloat16']]) {
  const memoryFormat = last ? 'channels_last' : 'contiguous_format'
  const model = await models.resnet18()
  if (last) model.to({ memoryFormat })
  const optimizer = optim.sgd(model.parameters(), { lr: 0.01, momentum: 0.9 })
  const x = torch.rand([16, 3, 224, 224]).contiguous({ memoryFormat })
  const y = torch.arange(16)
  const loop = async () => {
    optimizer.zeroGrad()
    const forward = () => criterion(model(x), y)
    const loss = autocast ? torch.autocast('cpu', autocast, forward) : forward()
    loss.backward()
    optimizer.step()
    return loss
  }
  for (const step of [loop, trainStep({ model, criterion, optimizer, autocast })]) {
    let best = Infinity
    for (let i = 0; i < ${STEPS}; i++) {
      const begun = performance.now()
      await step(x, y)
      if (i > 0) best = Math.min(best, performance.now() - begun)
    }
    times.push(best)
  }
}
console.log(times.join(' '))`

const PYTHON = `
import contextlib, time, torch
${RESNET18}
criterion = torch.nn.CrossEntropyLoss()
times = []
for last, autocast in ((False, False), (True, False), (True, True)):
    memory_format = torch.channels_last if last else torch.contiguous_format
    model = resnet18().to(memory_format=memory_format)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    x = torch.rand(16, 3, 224, 224).contiguous(memory_format=memory_format)
    y = torch.arange(16)
    best = float('inf')
    for i in range(${STEPS}):
        begun = time.perf_counter()
        optimizer.zero_grad()
        with torch.autocast('cpu', torch.bfloat16) if autocast else contextlib.nullcontext():
            loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        if i > 0: best = min(best, time.perf_counter() - begun)
    times.append(best * 1e3)
print(*times)`

/** Prints milliseconds per step, the least of several rounds, node and Python in turn, and their ratios. */
export function step(): void {
  if (!isBuilt('step')) return
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    keepLeast(ours, runNode(NODE))
    keepLeast(theirs, runPython(PYTHON))
  }
  if (theirs.length === 0) console.log('Python has no torch here: no comparison')
  console.log('ResNet18, 16 pictures of 224²: ms per step       here   Python  ratio')
  for (const [i, time] of ours.entries()) {
    const row = Math.floor(i / COLUMNS.length)
    const python = theirs[row]
    const rest =
      python === undefined ? '' : `${python.toFixed(0).padStart(9)}  ${(time / python).toFixed(3)}`
    const name = `${ROWS[row]}, ${COLUMNS[i % COLUMNS.length]}`
    console.log(`${name.padEnd(45)}${time.toFixed(0).padStart(8)}${rest}`)
  }
}
