// Every committed checkpoint, read as far as descriptors, into tensors, and mapped.
import { readdirSync } from 'node:fs'
import test from 'ava'
import { CheckpointError, load, loadSafetensors } from '../../lib/checkpoint/index.js'
import { FileSource } from '../../lib/checkpoint/source.js'
import { expectNoLiveTensors } from '../helpers/live.js'
import { type CorpusFile, readCorpus } from './support/corpus.js'
import { describeFile, factsOf } from './support/descriptors.js'
import { describeValue, type Entries, metadataOf } from './support/expected.js'
import { disposeAll, factsOfTensors } from './support/tensors.js'

expectNoLiveTensors(test)

interface Outcome {
  readonly entries: Entries | undefined
  readonly metadata: unknown
}

async function describeDescriptors(file: CorpusFile): Promise<Outcome> {
  const source = await FileSource.open(file.path)
  try {
    const { value, data } = await describeFile(source)
    if (file.entries === undefined) return { entries: undefined, metadata: undefined }
    const entries = describeValue(value, (part) => factsOf(part, data), Object.isFrozen)
    return { entries, metadata: metadataOf(value) }
  } finally {
    await source.close()
  }
}

async function describeTensors(file: CorpusFile, mmap: boolean): Promise<Outcome> {
  const isSafetensors = file.name.endsWith('.safetensors')
  const loaded = isSafetensors
    ? await loadSafetensors(file.path, { mmap })
    : await load(file.path, { mmap })
  const value = isSafetensors ? new Map(Object.entries(loaded as object)) : loaded
  try {
    if (file.entries === undefined) return { entries: undefined, metadata: undefined }
    const entries = describeValue(value, factsOfTensors(), Object.isFrozen)
    return { entries, metadata: metadataOf(value) }
  } finally {
    disposeAll(value)
  }
}

const readers = {
  descriptors: describeDescriptors,
  tensors: (file: CorpusFile) => describeTensors(file, false),
  mapped: (file: CorpusFile) => describeTensors(file, true),
}

for (const file of readCorpus()) {
  for (const [what, describe] of Object.entries(readers)) {
    test(`${file.name}, ${what}: ${file.expect} (${file.about})`, async (t) => {
      let outcome: Outcome | undefined
      let error: unknown
      try {
        outcome = await describe(file)
      } catch (caught) {
        error = caught
      }
      if (outcome === undefined) {
        t.not(file.expect, 'load', String(error))
        t.true(error instanceof CheckpointError, String(error))
      } else {
        t.true(file.expect === 'load' || file.expect === 'may-refuse', 'it was loaded')
        t.deepEqual({ ...outcome.entries }, { ...file.entries })
        if (file.metadata !== undefined) t.deepEqual(outcome.metadata, file.metadata)
      }
      t.false(readdirSync('.').includes('CANARY_EXECUTED'))
    })
  }
}
