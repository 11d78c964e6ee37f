// The section `ops`: OpInfo.

import { namesOf } from './coverage.js'
import { OPERATORS } from './exceptions.js'
import type { Frame } from './recording.js'
import { replay } from './replay.js'
import type { Replayed, Section } from './section.js'

export const operators: Section = {
  name: 'ops',
  subject: 'operators',
  dtypes: ['float32', 'int64', 'bool', 'complex64'],
  exceptions: OPERATORS,
  givesBack: false,
  *replay(frame: Frame): Iterable<Replayed> {
    for (const sample of frame.samples) {
      yield { index: sample.index, outcome: replay(sample, frame), names: namesOf(sample) }
    }
  },
}
