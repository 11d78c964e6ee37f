// What the parity suite compares, database by database.

import type { Outcome } from './attempts.js'
import type { Exception } from './exceptions.js'
import type { Exchange } from './exchange.js'
import { modules } from './modules.js'
import { operators } from './operators.js'
import { optimizers } from './optimizers.js'
import { schedulers } from './schedulers.js'

/** How one sample came out. */
export interface Replayed {
  readonly index: number
  readonly outcome: Outcome
  /** PyTorch's names of what was called. */
  readonly names?: readonly string[]
}

/** A database of samples. */
export interface Section {
  /** Its name on the command line; scripts/parity/sections.py has it too. */
  readonly name: string
  /** What it has samples of. */
  readonly subject: string
  /** Names that samples go by, besides `errors` for what must raise. */
  readonly dtypes: readonly string[]
  readonly exceptions: readonly Exception[]
  /** Whether files of ours go back to Python. */
  readonly givesBack: boolean
  /** Runs the samples of a frame; without an exchange those parts that need no Python. */
  replay(frame: never, exchange?: Exchange): AsyncIterable<Replayed> | Iterable<Replayed>
}

export const SECTIONS: readonly Section[] = [operators, modules, optimizers, schedulers]
