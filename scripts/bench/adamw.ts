// What one step of an optimizer takes, against Python's fused kernels: 3 million weights, and ResNet18's.

import { isBuilt, keepLeast, runNode, runPython } from './python.js'

/** Processes of each kind, in turn; measurements in each; steps in a measurement. The first one warms up. */
const ROUNDS = 3
const MEASUREMENTS = 10
const STEPS = 5

/** Shapes of a transformer's encoder layers: 3.2 million weights. */
const LAYERS = Array.from({ length: 4 }, () => [
  [768, 256],
  [768],
  [256, 256],
  [256],
  [1024, 256],
  [1024],
  [256, 1024],
  [256],
  [256],
  [256],
]).flat()

/** Shapes of the 62 parameters of ResNet18: 11.7 million weights. */
function resnet18(): number[][] {
  const norm = (width: number): number[][] => [[width], [width]]
  const shapes: number[][] = [[64, 3, 7, 7], ...norm(64)]
  let before = 64
  for (const width of [64, 128, 256, 512]) {
    for (const first of [true, false]) {
      shapes.push([width, before, 3, 3], ...norm(width), [width, width, 3, 3], ...norm(width))
      if (first && width !== 64) shapes.push([width, before, 1, 1], ...norm(width))
      before = width
    }
  }
  return [...shapes, [1000, 512], [1000]]
}

const LISTS = { '3.2 M weights': LAYERS, ResNet18: resnet18() }

/** Each row in both languages; `params` are parameters with gradients. */
const ROWS: readonly (readonly [name: string, node: string, python: string])[] = [
  ['AdamW', 'optim.adamw(params)', 'torch.optim.AdamW(params, fused=True)'],
  [
    'SGD, momentum',
    'optim.sgd(params, { lr: 1e-3, momentum: 0.9 })',
    'torch.optim.SGD(params, lr=1e-3, momentum=0.9, fused=True)',
  ],
]

const NODE = `
const { optim, torch } = await import(process.argv[1])
const measure = (optimizer) => {
  let best = Infinity
  for (let round = 0; round < ${MEASUREMENTS}; round++) {
    const begun = performance.now()
    for (let i = 0; i < ${STEPS}; i++) optimizer.step()
    if (round > 0) best = Math.min(best, performance.now() - begun)
  }
  return best / ${STEPS}
}
const times = []
for (const shapes of ${JSON.stringify(Object.values(LISTS))}) {
  const params = shapes.map((shape) => torch.full(shape, 0.5).requiresGrad_())
  for (const param of params) param.grad = torch.full(param.shape, 0.25)
  ${ROWS.map(([, node]) => `times.push(measure(${node}))`).join('\n  ')}
}
console.log(times.join(' '))`

const PYTHON = `
import time, torch
def measure(optimizer):
    best = float('inf')
    for round in range(${MEASUREMENTS}):
        begun = time.perf_counter()
        for i in range(${STEPS}): optimizer.step()
        if round > 0: best = min(best, time.perf_counter() - begun)
    return best / ${STEPS} * 1e3
times = []
for shapes in ${JSON.stringify(Object.values(LISTS))}:
    params = [torch.full(shape, 0.5).requires_grad_() for shape in shapes]
    for param in params: param.grad = torch.full(param.shape, 0.25)
    ${ROWS.map(([, , python]) => `times.append(measure(${python}))`).join('\n    ')}
print(*times)`

/** Prints milliseconds per step, the least of several rounds, node and Python in turn, and their ratio. */
export function adamw(): void {
  if (!isBuilt('adamw')) return
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    keepLeast(ours, runNode(NODE))
    keepLeast(theirs, runPython(PYTHON))
  }
  if (theirs.length === 0) console.log('Python has no torch here: no comparison')
  console.log('ms per step                      here   Python  ratio')
  for (const [i, time] of ours.entries()) {
    const list = Object.keys(LISTS)[Math.floor(i / ROWS.length)] as string
    const [name] = ROWS[i % ROWS.length] as (typeof ROWS)[number]
    const python = theirs[i]
    const rest =
      python === undefined ? '' : `${python.toFixed(2).padStart(9)}  ${(time / python).toFixed(2)}`
    console.log(`${`${name}, ${list}`.padEnd(29)}${time.toFixed(2).padStart(8)}${rest}`)
  }
}
