// Networks and weights by name.

import { checkOptions, checkString, fail } from '../../check.js'
import type { Module } from '../../nn/module.js'
import { type ModelBuilder, modelBuilders, ownName, type PretrainedOptions } from './builder.js'
import { findWeights } from './weights.js'
import { type Weights, type WeightsEnum, weightsEnumNamed, weightsOfModel } from './weights-enum.js'

/** Options of {@link list}: patterns with `*`, `?` and `[…]`, as in Python's `fnmatch`. */
export interface ListOptions {
  /** Names to list; all by default. */
  include?: string | readonly string[]
  /** Names to leave out of these. */
  exclude?: string | readonly string[]
}

/** A pattern of `fnmatch` as a regular expression. */
function expression(pattern: string): RegExp {
  const source = pattern.replace(/\[(!?)([^\]]+)\]|[\\^$.*+?()[\]{}|]/g, (text, not, set) => {
    if (set !== undefined) return `[${not === '!' ? '^' : ''}${set.replaceAll('\\', '\\\\')}]`
    if (text === '*') return '.*'
    return text === '?' ? '.' : `\\${text}`
  })
  return new RegExp(`^${source}$`, 's')
}

function patterns(name: string, value: string | readonly string[]): RegExp[] {
  const all: readonly unknown[] = Array.isArray(value) ? value : [value]
  return all.map((pattern) => expression(checkString('models.list', name, pattern)))
}

/**
 * torchvision's names of the networks, in the order of the alphabet. torchvision's `list_models`.
 *
 * @example models.list({ include: 'resne[xt]t*', exclude: '*101*' })
 */
export function list(options?: ListOptions): string[] {
  const { include = '*', exclude = [] } = checkOptions('models.list', options, [
    'include',
    'exclude',
  ])
  const wanted = patterns('include', include)
  const unwanted = patterns('exclude', exclude)
  const matches = (name: string, all: readonly RegExp[]): boolean =>
    all.some((pattern) => pattern.test(name))
  return [...modelBuilders.keys()]
    .filter((name) => matches(name, wanted) && !matches(name, unwanted))
    .sort()
}

/** torchvision's name of a network, from that or ours. */
function knownName(where: string, name: string): string {
  const wanted = checkString(where, 'name', name)
  const found = modelBuilders.has(wanted.toLowerCase())
    ? wanted.toLowerCase()
    : [...modelBuilders.keys()].find((known) => ownName(known) === wanted)
  return found ?? fail(where, 'name', 'the name of a network, of which models.list() tells', name)
}

/**
 * The function that makes a network. torchvision's `get_model_builder`.
 *
 * @param name torchvision's name, `'mobilenet_v3_large'`, or ours, `'mobilenetV3Large'`
 */
export const getModelBuilder = (name: string): ModelBuilder =>
  modelBuilders.get(knownName('models.getModelBuilder', name)) as ModelBuilder

/** Makes the network of a name; the options are those of its own function. torchvision's `get_model`. */
export async function getModel(
  name: string,
  options?: PretrainedOptions & Readonly<Record<string, unknown>>,
): Promise<Module> {
  const builder = modelBuilders.get(knownName('models.getModel', name)) as ModelBuilder
  return builder(options)
}

/** The published weights of a network. torchvision's `get_model_weights`. */
export const getModelWeights = (name: string): WeightsEnum =>
  weightsOfModel(knownName('models.getModelWeights', name)) as WeightsEnum

/**
 * Weights by the names of their enum and their own: `'ResNet50_Weights.IMAGENET1K_V2'`. torchvision's `get_weight`.
 */
export function getWeight(name: string): Weights {
  const where = 'models.getWeight'
  const [enumName = '', key = '', ...more] = checkString(where, 'name', name).split('.')
  const [any] = Object.values(weightsEnumNamed(enumName) ?? {})
  if (any === undefined || key === '' || more.length > 0) {
    fail(where, 'name', 'the names of an enum and of weights in it, with a dot between', name)
  }
  return findWeights(any.model, key)
}
