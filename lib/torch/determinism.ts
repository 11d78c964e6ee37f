// How exact and how repeatable operators are. All of it belongs to the process, workers included, unless said otherwise.

import { checkBoolean, checkOneOf, checkOptions, fail } from '../check.js'
import { native } from '../native.js'

/** What happens where an operator has no deterministic form. */
export type DeterministicDebugMode = 'default' | 'warn' | 'error'

const MODES = ['default', 'warn', 'error'] as const

/** Options of {@link useDeterministicAlgorithms}. */
export interface DeterministicOptions {
  /** Warn, instead of throwing, where an operator has no deterministic form. */
  warnOnly?: boolean
}

/**
 * Makes operators choose algorithms that give the same bits in each run, at some cost in speed, and throw TorchError
 * where there is none. New memory is filled with known values (see `torch.utils.deterministic`). On CUDA, also set
 * the environment variable `CUBLAS_WORKSPACE_CONFIG=:4096:8` before the start. PyTorch's
 * `torch.use_deterministic_algorithms`.
 */
export function useDeterministicAlgorithms(mode: boolean, options?: DeterministicOptions): void {
  const where = 'useDeterministicAlgorithms'
  checkBoolean(where, 'mode', mode)
  const { warnOnly = false } = checkOptions(where, options, ['warnOnly'])
  checkBoolean(where, 'warnOnly', warnOnly)
  native.setDeterministicMode(mode ? (warnOnly ? 1 : 2) : 0)
}

/** Whether deterministic algorithms are in use. PyTorch's `torch.are_deterministic_algorithms_enabled`. */
export const areDeterministicAlgorithmsEnabled = (): boolean => native.deterministicMode() !== 0

/** Whether they only warn. PyTorch's `torch.is_deterministic_algorithms_warn_only_enabled`. */
export const isDeterministicAlgorithmsWarnOnlyEnabled = (): boolean =>
  native.deterministicMode() === 1

/** {@link useDeterministicAlgorithms} by one word. PyTorch's `torch.set_deterministic_debug_mode`, which also takes 0, 1, 2. */
export function setDeterministicDebugMode(mode: DeterministicDebugMode | 0 | 1 | 2): void {
  const number = typeof mode === 'number' ? mode : MODES.indexOf(mode)
  if (MODES[number] === undefined) {
    fail('setDeterministicDebugMode', 'mode', "'default', 'warn', 'error', 0, 1 or 2", mode)
  }
  native.setDeterministicMode(number)
}

/** 0 off, 1 warning, 2 on. PyTorch's `torch.get_deterministic_debug_mode`. */
export const getDeterministicDebugMode = (): number => native.deterministicMode()

/** How float32 matrix products may be computed. */
export type MatmulPrecision = 'highest' | 'high' | 'medium'

/** Precision of float32 matrix products. PyTorch's `torch.get_float32_matmul_precision`. */
export const getFloat32MatmulPrecision = (): MatmulPrecision =>
  native.matmulPrecision() as MatmulPrecision

/**
 * Sets the precision of float32 matrix products: `'highest'` float32 throughout, `'high'` TF32 or two bfloat16 parts,
 * `'medium'` bfloat16 inside, where the device can. PyTorch's `torch.set_float32_matmul_precision`.
 */
export function setFloat32MatmulPrecision(precision: MatmulPrecision): void {
  native.setMatmulPrecision(
    checkOneOf('setFloat32MatmulPrecision', 'precision', precision, ['highest', 'high', 'medium']),
  )
}

/**
 * Makes this JavaScript thread treat numbers too small for the full precision (denormals) as 0, which is faster.
 * PyTorch's `torch.set_flush_denormal`.
 *
 * @returns whether the processor can
 */
export const setFlushDenormal = (mode: boolean): boolean =>
  native.setFlushDenormal(checkBoolean('setFlushDenormal', 'mode', mode))
