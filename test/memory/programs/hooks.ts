import { torch } from '../../../lib/torch/index.js'
import type { Tensor } from '../../../lib/torch/tensor.js'
import { report, sample } from './report.js'

torch.setNumThreads(1)

const square = torch.autograd.function({
  forward(ctx, x: Tensor) {
    ctx.saveForBackward(x)
    return x.mul(x)
  },
  backward(ctx, gradient: Tensor) {
    const [x] = ctx.savedTensors as [Tensor]
    return gradient.mul(x).mul(2)
  },
})

const clamp = (gradient: Tensor): Tensor => gradient.clamp(-1, 1)

/** A hook that closes over the very tensor whose graph holds it. */
function watch(y: Tensor, seen: Tensor[]): void {
  y.registerHook((gradient) => {
    seen.push(gradient, y)
  })
}

// Hooks and custom functions are JavaScript that a graph holds: used by a backward, or dropped without one.
function loop(): void {
  for (let i = 0; i < 3000; i++) {
    const x = torch.ones([128, 128], { requiresGrad: true })
    x.registerPostAccumulateGradHook((leaf) => {
      leaf.grad = null
    })
    const y = square(x)
    y.registerHook(clamp)
    if (i % 2 === 0) {
      watch(y, [])
      y.sum().backward()
    }
    if (i % 100 === 0) sample()
  }
}

loop()
setImmediate(report)
