// What the parts of transformers have in common: settings and masks.

import { checkOneOf, fail } from '../../check.js'
import type { Tensor } from '../../torch/tensor.js'
import { type Field, type Hidden, hide, nullable } from '../fields.js'
import { Module } from '../module.js'

/** What stands between the two linear maps of a layer. */
export type TransformerActivation = 'relu' | 'gelu' | ((x: Tensor) => Tensor)

/** The setting of that. */
export const activation: Field<TransformerActivation, TransformerActivation> = {
  check: (where, name, value) =>
    typeof value === 'function'
      ? (value as (x: Tensor) => Tensor)
      : checkOneOf(where, name, value, ['relu', 'gelu'] as const),
  fallback: () => 'relu',
  text: String,
}

/** What an encoder's layers must not see. */
export interface EncoderLayerMasks {
  /** [S, S] or [N · heads, S, S]: true, or −∞, where a place must not be seen. */
  srcMask?: Tensor | null
  /** [N, S], or [S] of one sequence: true, or −∞, where a place is padding. */
  srcKeyPaddingMask?: Tensor | null
  /** Says that `srcMask` is the causal one. */
  isCausal?: boolean
}

/** What a decoder's layers must not see. */
export interface DecoderMasks {
  /** [T, T] or [N · heads, T, T]: true, or −∞, where a place of the target must not be seen. */
  tgtMask?: Tensor | null
  /** [T, S] or [N · heads, T, S]: true, or −∞, where a place of the memory must not be seen. */
  memoryMask?: Tensor | null
  /** [N, T], or [T] of one sequence: true, or −∞, where the target is padding. */
  tgtKeyPaddingMask?: Tensor | null
  /** [N, S], or [S] of one sequence: true, or −∞, where the memory is padding. */
  memoryKeyPaddingMask?: Tensor | null
  /** Says that `tgtMask` is the causal one. */
  tgtIsCausal?: boolean
  /** Says that `memoryMask` is the causal one. */
  memoryIsCausal?: boolean
}

/** The names in {@link DecoderMasks}. */
export const DECODER_MASKS = [
  'tgtMask',
  'memoryMask',
  'tgtKeyPaddingMask',
  'memoryKeyPaddingMask',
  'tgtIsCausal',
  'memoryIsCausal',
] as const

/** A module as a setting: it becomes a member, not a setting to show. */
export const member = <M extends Module>(): Hidden<M> => {
  const field: Field<M, M> = {
    check: (where, name, value) =>
      value instanceof Module ? (value as M) : fail(where, name, 'a module', value),
    text: String,
  }
  return hide(field)
}

/** Any module, or null, as a setting. */
export const optional = (): Hidden<Module | null> => hide(nullable(member<Module>()))
