// Schedulers as test/goldens/schedulers.json describes them.

import { lr, optim, torch } from '../../lib/index.js'

/** What to build. */
export interface SchedulerSpec {
  kind: string
  options: Record<string, never>
  parts: SchedulerSpec[]
  functions: string[]
}

export interface GroupSpec {
  lr: number
  momentum: number
  initial_lr?: number
}

type AnyScheduler = lr.Scheduler | lr.ReduceOnPlateau

const FUNCTIONS: Record<string, (epoch: number) => number> = {
  hyperbola: (epoch) => 1 / (1 + epoch),
  sawtooth: (epoch) => 1 - (epoch % 7) / 10,
  slow: (epoch) => 1 - 1 / (epoch + 50),
}

/** An optimizer with these groups, of one parameter each. */
export function makeOptimizer(groups: readonly GroupSpec[]): optim.Sgd {
  const optimizer = optim.sgd(
    groups.map(({ lr, momentum }) => ({
      params: [torch.zeros([1], { requiresGrad: true })],
      lr,
      momentum,
    })),
    { lr: 0.1 },
  )
  // An earlier run's initial_lr comes with the optimizer's state dict.
  const stateDict = optimizer.stateDict()
  stateDict.param_groups.forEach((group, i) => {
    const { initial_lr } = groups[i] as GroupSpec
    if (initial_lr !== undefined) group.initial_lr = initial_lr
  })
  optimizer.loadStateDict(stateDict)
  return optimizer
}

export function makeScheduler(spec: SchedulerSpec, optimizer: optim.Sgd): AnyScheduler {
  const { kind, options } = spec
  const functions = spec.functions.map((name) => FUNCTIONS[name] as (epoch: number) => number)
  const parts = spec.parts.map((part) => makeScheduler(part, optimizer) as lr.Scheduler)
  const fn = functions.length > 1 ? functions : (functions[0] as (epoch: number) => number)
  switch (kind) {
    case 'chained':
      return lr.chained(parts)
    case 'sequential':
      return lr.sequential(optimizer, parts, options as never)
    case 'lambda':
      return lr.lambda(optimizer, fn, options)
    case 'multiplicative':
      return lr.multiplicative(optimizer, fn, options)
    case 'cyclic':
      return lr.cyclic(optimizer, {
        ...(options as unknown as lr.CyclicOptions),
        ...(functions[0] && { scaleFn: functions[0] }),
      })
    case 'swaLr':
      return optim.swaUtils.swaLr(optimizer, options as never)
    default: {
      const make = lr[kind as 'step'] as (optimizer: optim.Sgd, options: never) => AnyScheduler
      return make(optimizer, options as never)
    }
  }
}
