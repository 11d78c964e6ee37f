// Hooks of state dicts.

import type { Tensor } from '../torch/tensor.js'
import type { Module } from './module.js'

/** Names and values of parameters and persistent buffers, in PyTorch's order. */
export type StateDict = Map<string, Tensor>

/** What {@link Module.loadStateDict} found. */
export interface LoadReport {
  /** Names that the module has and the state dict has not. */
  missingKeys: string[]
  /** Names that the state dict has and the module has not. */
  unexpectedKeys: string[]
}

/** What hooks before loading may see and add to. */
export interface LoadContext {
  readonly strict: boolean
  /** Names found missing so far. */
  readonly missingKeys: string[]
  /** Names found unexpected so far. */
  readonly unexpectedKeys: string[]
  /** Messages for the error at the end. */
  readonly errorMessages: string[]
}

/** Runs before the module's entries are collected; `prefix` is what its names begin with, the dot included. */
export type StatePreHook<M = Module> = (module: M, prefix: string, keepVars: boolean) => void

/** Runs when the entries of the module and of all below it are in the state dict, which it may change. */
export type StatePostHook<M = Module> = (module: M, stateDict: StateDict, prefix: string) => void

/** Runs before the module's entries are looked up; may change the state dict, which is a copy. */
export type LoadPreHook<M = Module> = (
  module: M,
  stateDict: StateDict,
  prefix: string,
  context: LoadContext,
) => void

/** Runs when the module and all below it are loaded; may take names out of the report. */
export type LoadPostHook<M = Module> = (module: M, report: LoadReport) => void
