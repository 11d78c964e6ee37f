// The kernels for AVX2 compute what the scalar ones do.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const program = fileURLToPath(new URL('programs/epochs.ts', import.meta.url))

async function epochs(capability?: 'default'): Promise<string[]> {
  const { ATEN_CPU_CAPABILITY: _, ...env } = process.env
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', program], {
    env: capability === undefined ? env : { ...env, ATEN_CPU_CAPABILITY: capability },
  })
  return stdout.trim().split('\n')
}

test('the same values with and without AVX2', async (t) => {
  const [fast, without] = await Promise.all([epochs(), epochs('default')])
  t.is(without.length, 20)
  for (const line of without) t.regex(line, /^true [0-9a-f]{64}$/)
  // Every pipeline in two orders of memory.
  t.is(new Set(without).size, 10)
  t.deepEqual(fast, without)
})
