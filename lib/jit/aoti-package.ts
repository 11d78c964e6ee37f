// What is checked of an AOTInductor package before its code is run.

import { arch, platform } from 'node:process'
import { isPlainObject } from '../check.js'
import { quote, refuse } from '../checkpoint/error.js'
import { detectFormat } from '../checkpoint/format.js'
import type { ByteSource } from '../checkpoint/source.js'
import { readEntry, readZip } from '../checkpoint/zip.js'
import { native } from '../native.js'

/** Node's names of machines and systems, as Python's `platform` has them. */
const MACHINES: Readonly<Record<string, string>> = { x64: 'x86_64', arm64: 'aarch64' }
const PLATFORMS: Readonly<Record<string, string>> = { win32: 'windows' }

/** What a model was compiled for, and whatever its maker has added. */
export type AotiMetadata = Readonly<Record<string, string>>

/** Reads the metadata of one model of a package. */
export function readPackage(source: ByteSource, modelName: string): AotiMetadata {
  if (detectFormat(source) !== 'zip') refuse('is no package of AOTInductor (.pt2)')
  const entries = readZip(source)
  const names = [...entries.keys()]
  if (names.some((name) => /^[^/]+\/constants\.pkl$/.test(name))) {
    refuse('is a TorchScript archive; load it with torch.jit.load')
  }
  const models = new Set(
    names.flatMap((name) => /^[^/]+\/data\/aotinductor\/([^/]+)\//.exec(name)?.[1] ?? []),
  )
  if (models.size === 0) {
    refuse(
      names.some((name) => /^[^/]+\/models\//.test(name))
        ? 'holds an exported program that has not been compiled; torch._inductor.aoti_compile_and_package does that'
        : 'is no package of AOTInductor (.pt2)',
    )
  }
  if (!models.has(modelName)) {
    refuse(`has no model ${quote(modelName)}; it has ${[...models].map(quote).join(', ')}`)
  }
  const inModel = (name: string): boolean => name.includes(`/data/aotinductor/${modelName}/`)
  const found = names.find((name) => inModel(name) && name.endsWith('wrapper_metadata.json'))
  const entry = entries.get(found ?? '')
  if (
    entry === undefined ||
    !names.some((name) => inModel(name) && /\.(so|dylib|dll)$/.test(name))
  ) {
    refuse(`has no compiled code for the model ${quote(modelName)}`)
  }
  return parseMetadata(Buffer.from(readEntry(source, entry)).toString())
}

function parseMetadata(text: string): AotiMetadata {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    refuse('has metadata that is no JSON')
  }
  if (!isPlainObject(value) || !Object.values(value).every((one) => typeof one === 'string')) {
    refuse('has metadata other than texts')
  }
  return value as AotiMetadata
}

/** Refuses code for another machine, which would end the process. */
export function checkMachine(metadata: AotiMetadata): void {
  const { AOTI_PLATFORM, AOTI_MACHINE, AOTI_CPU_ISA = '', AOTI_DEVICE_KEY } = metadata
  const here = { platform: PLATFORMS[platform] ?? platform, machine: MACHINES[arch] ?? arch }
  if ((AOTI_PLATFORM ?? here.platform) !== here.platform) {
    refuse(`was compiled for ${AOTI_PLATFORM}, and this is ${here.platform}`)
  }
  if ((AOTI_MACHINE?.replace('arm64', 'aarch64') ?? here.machine) !== here.machine) {
    refuse(`was compiled for ${AOTI_MACHINE}, and this is ${here.machine}`)
  }
  const { cpuCapability } = native.versions()
  for (const isa of ['AVX512', 'AVX2']) {
    const has = cpuCapability === 'AVX512' || cpuCapability === isa
    if (AOTI_CPU_ISA.includes(isa) && !has) {
      refuse(`was compiled for CPUs with ${isa}, and this one has ${cpuCapability}`)
    }
  }
  if (AOTI_DEVICE_KEY === 'cuda' && native.cudaDeviceCount() === 0) {
    refuse(`was compiled for CUDA: ${native.cudaReason() || 'there is no CUDA device'}`)
  }
}
