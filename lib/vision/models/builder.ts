// What the functions that make networks have in common: options, published weights, the list of all networks.

import { checkBoolean, checkOptions, fail } from '../../check.js'
import { loadTensors } from '../../checkpoint/index.js'
import { TorchError } from '../../errors.js'
import { resolveWeights } from '../../hub/index.js'
import { type Fields, type OptionsOf, type Settings, settingsOf } from '../../nn/fields.js'
import type { Module, StateDict } from '../../nn/module.js'
import { findWeights } from './weights.js'
import type { Weights } from './weights-enum.js'

/** Which weights a network starts from. */
export interface PretrainedOptions {
  /**
   * Weights to start from: `models.ResNet50Weights.IMAGENET1K_V2`, a name such as `'IMAGENET1K_V1'` or `'DEFAULT'`, or
   * the path of a `.pth` or safetensors file; random ones unless given. Where published weights are for another number
   * of classes, the classifier keeps its random ones.
   */
  weights?: Weights | string | null
  /** Short for `weights: 'IMAGENET1K_V1'`. */
  pretrained?: boolean
  /** Whether a download shows its progress. */
  progress?: boolean
}

/** A function that makes a network. */
export type ModelBuilder<M extends Module = Module, O extends object = Record<string, unknown>> = (
  options?: O & PretrainedOptions,
) => Promise<M>

/** A network as {@link modelBuilder} takes it. */
export interface Definition<F extends Fields, M extends Module> {
  /** torchvision's name of it. */
  readonly name: string
  /** Its options besides {@link PretrainedOptions}. */
  readonly fields: F
  /** Dotted name of the layer that gives the classes. */
  readonly head: string
  /** Makes it, with random weights; `isLoaded` says that others will replace them. */
  build(settings: Settings<F>, isLoaded: boolean): M
  /** What published weights say of its options. */
  implied?(weights: Weights): Readonly<Record<string, unknown>>
  /** Options that the network does not leave open. */
  readonly fixed?: Readonly<Record<string, unknown>>
  /** Today's name of an entry of an old state dict. */
  rename?(key: string): string
}

const builders = new Map<string, ModelBuilder>()

/** The functions that make networks, by torchvision's names. */
export const modelBuilders: ReadonlyMap<string, ModelBuilder> = builders

/** Our name of a network or an enum: camelCase, where underscores between digits stay: `regnetY1_6gf`. */
export const ownName = (name: string): string =>
  name.replace(/(?<!\d)_([a-z0-9])|_([a-z])/g, (_, a?: string, b?: string) =>
    (a ?? b ?? '').toUpperCase(),
  )

/** True for a name of the registry; anything else is a path. */
const isWeightsName = (weights: string): boolean => /^[A-Z0-9_]+$/.test(weights)

/** The published weights that are asked for, the path of others, or null. */
function chosenWeights(
  where: string,
  model: string,
  { weights, pretrained = false }: PretrainedOptions,
): Weights | string | null {
  checkBoolean(where, 'pretrained', pretrained)
  const wanted = weights ?? (pretrained ? true : null)
  if (wanted === null) return null
  if (wanted === true) return findWeights(model, true)
  if (typeof wanted === 'string') {
    return isWeightsName(wanted) ? findWeights(model, wanted) : wanted
  }
  if (wanted?.model !== model || findWeights(model, wanted.name) !== wanted) {
    fail(where, 'weights', `weights of ${model}, their name or a path`, wanted?.model ?? wanted)
  }
  return wanted
}

/** Options together with others that cannot be chosen. */
function withFixed(where: string, options: object, fixed: object): Record<string, unknown> {
  for (const [key, value] of Object.entries(fixed)) {
    const given: unknown = Reflect.get(options, key)
    if (given !== undefined && given !== value) fail(where, key, `${value} or nothing`, given)
  }
  return { ...options, ...fixed }
}

/** Whether the state dict's classifier is for as many classes as the model's. */
const isForSameClasses = (own: StateDict, head: string, state: StateDict): boolean =>
  [...own].every(
    ([key, { shape }]) =>
      !key.startsWith(`${head}.`) || String(state.get(key)?.shape) === String(shape),
  )

/** Loads a file, or published weights; where these are for other classes, the classifier stays random. */
async function loadInto<F extends Fields, M extends Module>(
  model: M,
  { name, head, rename = (key) => key }: Definition<F, M>,
  weights: Weights | string,
  progress: boolean,
): Promise<void> {
  const isPublished = typeof weights !== 'string'
  const path = isPublished ? await resolveWeights(weights.files, { progress }) : weights
  const tensors = await loadTensors(path)
  const state = new Map([...tensors].map(([key, value]) => [rename(key), value]))
  if (!isPublished || isForSameClasses(model.stateDict(), head, state)) {
    model.loadStateDict(state)
    return
  }
  const isHead = (key: string): boolean => key.startsWith(`${head}.`)
  const rest = new Map([...state].filter(([key]) => !isHead(key)))
  const { missingKeys, unexpectedKeys } = model.loadStateDict(rest, { strict: false })
  const wrong = [...missingKeys.filter((key) => !isHead(key)), ...unexpectedKeys]
  if (wrong.length > 0) {
    throw new TorchError(`${name}: the weights ${path} do not fit the model: ${wrong.join(', ')}`)
  }
}

/** The function that makes a network, registered under torchvision's name of it. */
export function modelBuilder<F extends Fields, M extends Module>(
  definition: Definition<F, M>,
): ModelBuilder<M, OptionsOf<F>> {
  const { name, fields, fixed = {}, implied = () => ({}) } = definition
  const where = ownName(name)
  const keys = ['weights', 'pretrained', 'progress', ...Object.keys(fields)]
  const build: ModelBuilder<M, OptionsOf<F>> = async (options) => {
    const given = checkOptions<PretrainedOptions>(
      where,
      options,
      keys as (keyof PretrainedOptions)[],
    )
    const { weights: _, pretrained: __, progress = true, ...rest } = given
    checkBoolean(where, 'progress', progress)
    const weights = chosenWeights(where, name, given)
    const said = weights === null || typeof weights === 'string' ? {} : implied(weights)
    const settings = settingsOf(where, fields, withFixed(where, rest, { ...fixed, ...said }))
    const model = definition.build(settings as Settings<F>, weights !== null)
    if (weights !== null) await loadInto(model, definition, weights, progress)
    return model
  }
  Object.defineProperty(build, 'name', { value: where })
  builders.set(name, build as ModelBuilder)
  return build
}
