// Calls every function of the library and of the addon with every hostile value, at each position of its arguments.
// Each call must end in a value or an Error; a process that dies or hangs is reported with the call that ran.
//
//   npm run torture -- hostile [--surface functions|methods|raw] [--parts N] [--minutes N]

import { parseArgs } from 'node:util'
import { type Attack, run } from '../../test/hostile/support/run.js'

const SURFACES = ['functions', 'methods', 'raw'] as const

const { values: options } = parseArgs({
  options: {
    surface: { type: 'string' },
    parts: { type: 'string', default: '8' },
    minutes: { type: 'string', default: '20' },
  },
})
const chosen = SURFACES.filter((name) => options.surface === undefined || options.surface === name)
if (chosen.length === 0) throw new TypeError(`--surface: expected one of ${SURFACES.join(', ')}`)

let faulty = 0
for (const surface of chosen satisfies Attack['surface'][]) {
  const parts = Number(options.parts)
  for (let part = 0; part < parts; part++) {
    const timeoutMs = Number(options.minutes) * 60_000
    const { calls, refused, faults } = await run({ surface, part, parts, share: 1, timeoutMs })
    console.log(`${surface} ${part + 1}/${parts}: ${calls} calls, ${refused} refused`)
    for (const fault of faults) console.log(`  ${fault}`)
    faulty += faults.length
  }
}
console.log(faulty === 0 ? 'no process died, no call hung' : `${faulty} faults`)
process.exitCode = faulty === 0 ? 0 : 1
