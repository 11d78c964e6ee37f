import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ExecutionContext } from 'ava'
import { type GoldenTensor, golden } from '../helpers/goldens.js'

interface JitGoldens {
  readonly archives: Readonly<Record<'net' | 'traced' | 'frozen' | 'types' | 'quantized', string>>
  readonly net: {
    readonly keys: string[]
    readonly forward: GoldenTensor
    readonly encode: GoldenTensor
    readonly grad: GoldenTensor
    readonly bfloat16: GoldenTensor
  }
  readonly quantized: { readonly forward: GoldenTensor }
}

/** What Python has written and computed. */
export const goldens = golden<JitGoldens>('jit')

/** The bytes of an archive that Python has written. */
export const archive = (name: keyof JitGoldens['archives']): Uint8Array =>
  Uint8Array.from(Buffer.from(goldens.archives[name], 'base64'))

/** A folder that is gone after the test. */
export async function temporaryFolder(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'node-libtorch-jit-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}
