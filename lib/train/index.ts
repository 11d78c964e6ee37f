// Tools around a training loop.

export {
  type LrFinderOptions,
  type LrFinderResult,
  type LrFinderSubject,
  lrFinder,
} from './lr-finder.js'
