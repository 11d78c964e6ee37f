// Time that `tsc --strict --noEmit` takes for a large program over the built declarations.

import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { isBuilt } from './python.js'

const LINES = 5000
const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

const HEAD = `import { nn, optim, Tensor, torch } from 'node-libtorch'
const F = nn.functional
declare const x: Tensor
declare const y: Tensor
`

/** One function of a user's program: overloads, options, named results, functions of every namespace. */
const block = (n: number): string => `
export function step${n}(a: Tensor, b: Tensor): Tensor {
  const h${n} = F.relu(F.conv2d(a, b, null, 2, { padding: 'same' }))
  const flat = h${n}.flatten(1).view(${n + 1}, -1).transpose(0, 1)
  const { values, indices } = flat.max(1, { keepdim: true })
  const [q, r] = torch.linalg.qr(flat, { mode: 'reduced' })
  const mean = flat.mean([0, 1], { keepdim: true, dtype: 'float64' })
  const joined = torch.cat([q, r, mean, indices.float()], { dim: 0 })
  const spectrum = torch.fft.rfft(joined, { norm: 'ortho' }).abs().add(${n}, { alpha: 0.5 })
  const noise = torch.randn([${n + 1}, 3], { dtype: 'float32', device: 'cpu', requiresGrad: true })
  const loss = F.mseLoss(spectrum, noise, { reduction: 'sum' }).mul(a.sum(1).std())
  const distinct = torch.unique(loss, { returnCounts: true }).counts
  const product = torch.einsum('ij,jk->ik', q, r).clamp({ min: 0 }).div(values, { roundingMode: 'floor' })
  const zeros = torch.zeros(${n + 1}, 2, { dtype: 'int64' }).scatter(0, distinct, product)
  const [low, high] = [zeros.quantile(0.25, { dim: 0 }), zeros.norm('fro', 0)]
  return torch.where(low.lt(high), product.sub(1), zeros.pow(2)).softmax({ dim: -1 })
}
export class Net${n} extends nn.Module {
  first = nn.linear(${n + 1}, 8)
  second = nn.linear(8, 2)
  override forward(input: Tensor): Tensor {
    return this.second(F.relu(this.first(input))).add(step${n}(x, y))
  }
}
`

const program = (): string => {
  const blocks: string[] = [HEAD]
  for (let n = 0, lines = 0; lines < LINES; n++) {
    const text = block(n)
    blocks.push(text)
    lines += text.split('\n').length - 1
  }
  return blocks.join('')
}

const CONFIG = {
  compilerOptions: {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable'],
    module: 'NodeNext',
    moduleResolution: 'NodeNext',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: ['node'],
  },
  files: ['program.ts'],
}

/** Compiles the program in a folder of its own, with this package as its dependency, and prints the time. */
export function types(): void {
  if (!isBuilt('types')) return
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-types-'))
  try {
    mkdirSync(path.join(folder, 'node_modules'))
    symlinkSync(ROOT, path.join(folder, 'node_modules', 'node-libtorch'))
    symlinkSync(path.join(ROOT, 'node_modules', '@types'), path.join(folder, 'node_modules/@types'))
    writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }')
    writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(CONFIG))
    writeFileSync(path.join(folder, 'program.ts'), program())
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    const begun = performance.now()
    const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', folder], {
      encoding: 'utf8',
    })
    const seconds = (performance.now() - begun) / 1000
    if (status !== 0)
      throw new Error(`types: the program does not compile\n${stdout.slice(0, 2000)}`)
    console.log(`tsc --strict of a program of ${LINES} lines: ${seconds.toFixed(1)} s`)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
