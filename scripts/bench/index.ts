// npm run bench [-- name …]: benchmarks, side by side with Python in the same run where its torch is installed.
// Set PYTHON to choose the interpreter.

import { adamw } from './adamw.js'
import { loader } from './loader.js'
import { ops } from './ops.js'
import { startup } from './startup.js'
import { step } from './step.js'
import { types } from './types.js'

const benchmarks: Record<string, () => void | Promise<void>> = {
  startup,
  ops,
  types,
  adamw,
  step,
  loader,
}

const wanted = process.argv.slice(2)
const unknown = wanted.find((name) => !Object.hasOwn(benchmarks, name))
if (unknown !== undefined) {
  console.error(
    `bench: there is no benchmark '${unknown}'; there are ${Object.keys(benchmarks).join(', ')}`,
  )
  process.exit(1)
}
for (const [name, run] of Object.entries(benchmarks)) {
  if (wanted.length === 0 || wanted.includes(name)) await run()
}
