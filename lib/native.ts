// The only file that loads the addon; below, its typed face. Handles never leave lib/: on some versions of
// Node a raw External used as a prototype crashes the process.

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as errors from './errors.js'
import { warnOnce } from './warn.js'

declare const kind: unique symbol

/** An opaque, type-tagged reference to one native object. */
interface Handle<Kind extends string> {
  readonly [kind]: Kind
}
export type TensorHandle = Handle<'tensor'>
export type ModuleHandle = Handle<'module'>
export type OptimizerHandle = Handle<'optimizer'>
export type HookHandle = Handle<'hook'>
export type FunctionCallHandle = Handle<'function call'>
export type GraphNodeHandle = Handle<'graph node'>
export type GeneratorHandle = Handle<'generator'>

declare const job: unique symbol

/** The number of a job for the compute thread. */
export type JobNumber = number & { readonly [job]: true }
export type AotiModelHandle = Handle<'AOTInductor model'>
export type PackHandle = Handle<'pack'>
export type RawCacheHandle = Handle<'cache of pictures'>

/** One argument of an operator's schema. */
export interface NativeArgument {
  name: string
  kind: string
  list: boolean
  /** N of `int[N]`, else 0. */
  length: number
  optional: boolean
  optionalElement: boolean
  keywordOnly: boolean
  out: boolean
  written: boolean
  hasDefault: boolean
  /** The default is an empty list. */
  emptyDefault: boolean
}

/** One result of an operator's schema; `argument` is the argument it is identical to, or -1. */
export interface NativeReturn {
  name: string
  kind: string
  list: boolean
  argument: number
}

export interface NativeOperator {
  schema: string
  arguments: NativeArgument[]
  returns: NativeReturn[]
}

/** A child of a native module, with the name of its kind, by which lib/nn finds its class. */
export type NativeChild = [name: string, handle: ModuleHandle]

/** Memory of one CUDA device in bytes: of tensors, of libtorch's cache, and what the driver says. */
export interface CudaMemory {
  allocated: number
  maxAllocated: number
  reserved: number
  maxReserved: number
  free: number
  total: number
}

/** A value of TorchScript on its way through native code (native/jit/values.h). */
export type JitValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | TensorHandle
  | GeneratorHandle
  | JitValue[]
  | { tuple: JitValue[]; names?: string[] }
  | { keys: JitValue[]; values: JitValue[] }
  | { float: number }
  | { re: number; im: number }

/** What a method of a TorchScript module takes: its declaration, its arguments, and which take plain objects. */
export interface JitSchema {
  text: string
  names: string[]
  objects: boolean[]
}

/** What a step on the compute thread does; numbers are NaN where there is nothing to clip. */
export interface StepSettings {
  zeroGrad: boolean
  update: boolean
  divisor: number
  clipNorm: number
  normType: number
  clipValue: number
  withOutput: boolean
  autocast: { deviceType: string; dtype: number } | null
  scaling: { growthFactor: number; backoffFactor: number; growthInterval: number } | null
  /** How many tensors of each sort follow. */
  samples: number
  targets: number
  clipped: number
}

/**
 * A picture: its file; its pixels as bytes of red, green and blue without gaps; an entry of a pack; or any of these,
 * kept in a cache once it is decoded.
 */
export type ImageInput =
  | string
  | readonly [pixels: Uint8Array, width: number, height: number]
  | readonly [pack: PackHandle, entry: number]
  | readonly [cache: RawCacheHandle, slot: number, source: ImageInput]

/** What is in a pack: the names of classes, the path of each picture and the index of its class. */
export interface PackContents {
  pack: PackHandle
  classes: string[]
  names: string[]
  targets: Uint32Array
}

export type ImageOutcome = null | boolean | string

/** The most threads that the native loader works with. */
export const MOST_THREADS = 256

/** What the native loader may be at. */
export const IMAGE_STAGES = ['read', 'decode', 'resize', 'colour', 'write'] as const

export interface Native {
  /** Scratch memory in which numbers cross the boundary. */
  readonly frame: Float64Array
  attach(
    reaper: unknown,
    errorClasses: object,
    runForward: (module: object, inputs: TensorHandle[]) => TensorHandle,
    warn: (message: string) => void,
  ): void

  versions(): { libtorch: string; built: string; folder: string; cpuCapability: string }
  cudaReason(): string
  cudaDeviceCount(): number
  cudaCurrentDevice(): number
  cudaSetDevice(device: number): void
  cudaSynchronize(device?: number): void
  cudaEmptyCache(): void
  cudaMemory(device?: number): CudaMemory
  cudaResetPeakMemory(device?: number): void
  cudaProperties(device?: number): { name: string; capability: [major: number, minor: number] }
  numThreads(): number
  setNumThreads(threads: number): void
  numInteropThreads(): number
  setNumInteropThreads(threads: number): void
  defaultDtype(): number
  setDefaultDtype(dtype: number): void
  getSwitch(name: string): boolean
  setSwitch(name: string, on: boolean): void
  deterministicMode(): number
  setDeterministicMode(mode: number): void
  matmulPrecision(): string
  setMatmulPrecision(precision: string): void
  setFlushDenormal(on: boolean): boolean

  manualSeed(seed: bigint): void
  defaultGenerator(device: string): GeneratorHandle
  createGenerator(device: string): GeneratorHandle
  cloneGenerator(generator: GeneratorHandle): GeneratorHandle
  generatorDevice(generator: GeneratorHandle): string
  seedGenerator(generator: GeneratorHandle, seed: bigint): void
  reseedGenerator(generator: GeneratorHandle): bigint
  initialSeed(generator: GeneratorHandle): bigint
  generatorState(generator: GeneratorHandle): TensorHandle
  setGeneratorState(generator: GeneratorHandle, state: TensorHandle): void

  share(tensor: TensorHandle, outlivesThread: boolean): bigint
  fromShared(token: bigint): TensorHandle
  dropShared(token: bigint): boolean
  loadLibrary(path: string): void
  memory(): {
    live: number
    tensors: number
    bytes: number
    minor: number
    full: number
    devices: Record<string, number>
  }
  setMemoryBudget(device: number, bytes: number): void
  onCollect(collect: (full: boolean) => void): void

  setNoteSites(on: boolean): void
  noteMade(tensor: TensorHandle, stack: string): void
  noteDisposing(stack: string): void
  whereDisposed(tensor: TensorHandle): string
  liveSites(): [stack: string, tensors: number, bytes: number][]

  findOperator(name: string, overload: string): number
  describeOperator(id: number): NativeOperator
  listOperators(): string[]
  callOperator(...slots: unknown[]): unknown

  fromBuffer(
    buffer: ArrayBufferView | ArrayBuffer,
    byteOffset: number,
    dtype: number,
    dims: number,
  ): TensorHandle
  copyTo(tensor: TensorHandle, buffer: ArrayBufferView | ArrayBuffer): void
  mapFile(fd: number, length: number): TensorHandle
  sliceBytes(bytes: TensorHandle, byteOffset: number, dtype: number, count: number): TensorHandle
  memoryExtent(tensor: TensorHandle): void
  checksums(pieces: (Uint8Array | TensorHandle)[]): Promise<Float64Array>
  writePieces(fd: number, pieces: (Uint8Array | TensorHandle)[]): Promise<Float64Array>
  describeTensor(tensor: TensorHandle): number
  strides(tensor: TensorHandle): number
  item(tensor: TensorHandle): number | bigint | boolean | { re: number; im: number }
  sameTensor(a: TensorHandle, b: TensorHandle): boolean
  tensorIdentity(tensor: TensorHandle): number
  disposeTensor(tensor: TensorHandle): void
  beginVmap(batchSize: number, randomness: number): number
  endVmap(): void
  addBatchDim(tensor: TensorHandle, dim: number, level: number): TensorHandle
  removeBatchDim(tensor: TensorHandle, level: number, batchSize: number, dim: number): TensorHandle
  beginScope(): void
  endScope(...kept: TensorHandle[]): void
  keepTensor(tensor: TensorHandle): void
  getItem(tensor: TensorHandle, ...slots: unknown[]): TensorHandle
  setItem(tensor: TensorHandle, value: TensorHandle, ...slots: unknown[]): void
  addItem(tensor: TensorHandle, value: TensorHandle, ...slots: unknown[]): void

  grad(tensor: TensorHandle): TensorHandle | null
  setGrad(tensor: TensorHandle, grad: TensorHandle | null): void
  requiresGrad(tensor: TensorHandle): boolean
  setRequiresGrad(tensor: TensorHandle, value: boolean): void
  isLeaf(tensor: TensorHandle): boolean
  gradName(tensor: TensorHandle): string | null
  retainGrad(tensor: TensorHandle): void
  retainsGrad(tensor: TensorHandle): boolean
  gradNode(tensor: TensorHandle): GraphNodeHandle | null
  nodeName(node: GraphNodeHandle): string
  nextNodes(node: GraphNodeHandle): [node: GraphNodeHandle | null, output: number][]
  sameNode(a: GraphNodeHandle, b: GraphNodeHandle): boolean
  setModes(bits: number): void
  modes(): number
  autocastAvailable(deviceType: string): boolean
  autocastEnabled(deviceType: string): boolean
  autocastDtype(deviceType: string): number
  setAutocast(deviceType: string, enabled: boolean, dtype: number): void
  autocastCacheEnabled(): boolean
  setAutocastCacheEnabled(enabled: boolean): void
  clearAutocastCache(): void
  /** Number of the backward that runs, -1 outside one. */
  graphTaskId(): number
  setPackHook(pack: ((tensor: TensorHandle) => () => TensorHandle) | null): void
  onAnomaly(capture: () => string): void
  takeAnomalyReport(): [node: string, stack: string | null][]
  runBackward(
    flags: number,
    outputs: number,
    ...tensors: (TensorHandle | null)[]
  ): (TensorHandle | null)[] | undefined
  registerHook(
    tensor: TensorHandle,
    hook: (grad: TensorHandle) => TensorHandle | undefined,
  ): HookHandle
  registerPostAccumulateGradHook(
    tensor: TensorHandle,
    hook: (leaf: TensorHandle) => void,
  ): HookHandle
  removeHook(hook: HookHandle): void
  beginFunction(
    backward: (gradients: (TensorHandle | null)[]) => (TensorHandle | null)[],
    name: string,
    ...inputs: TensorHandle[]
  ): FunctionCallHandle
  finishFunction(
    call: FunctionCallHandle,
    materializeGrads: boolean,
    outputs: number,
    nonDifferentiable: number,
    dirty: number,
    ...tensors: (TensorHandle | null)[]
  ): (TensorHandle | undefined)[]
  savedTensors(call: FunctionCallHandle): (TensorHandle | null)[]

  createModule(kind: string, options: object): ModuleHandle
  createScriptModule(owner: object): ModuleHandle
  moduleKind(module: ModuleHandle): string
  moduleOptions(module: ModuleHandle): Record<string, unknown>
  moduleChildren(module: ModuleHandle): NativeChild[]
  moduleParameters(module: ModuleHandle): [name: string, tensor: TensorHandle | null][]
  moduleBuffers(module: ModuleHandle): [name: string, tensor: TensorHandle | null][]
  setChild(module: ModuleHandle, name: string, child: ModuleHandle): void
  removeChild(module: ModuleHandle, name: string): void
  setParameter(module: ModuleHandle, name: string, tensor: TensorHandle | null): void
  removeParameter(module: ModuleHandle, name: string): void
  setBuffer(module: ModuleHandle, name: string, tensor: TensorHandle | null): void
  removeBuffer(module: ModuleHandle, name: string): void
  bindTensor(module: ModuleHandle, name: string, tensor: TensorHandle | null): void
  unregisterTensor(module: ModuleHandle, name: string): void
  setTraining(module: ModuleHandle, training: boolean): void
  isTraining(module: ModuleHandle): boolean
  moduleTo(
    module: ModuleHandle,
    device: string | null,
    dtype: number | null,
    memoryFormat?: number | null,
    complex?: boolean,
  ): void
  copyModule(module: ModuleHandle): ModuleHandle
  beginMacs(): void
  readMacs(): number
  endMacs(): void
  runInJs(module: ModuleHandle, owner: object | null): void
  runsNatively(module: ModuleHandle): boolean

  prepareForward(module: ModuleHandle, ...inputs: TensorHandle[]): JobNumber
  prepareBackward(flags: number, outputs: number, ...tensors: (TensorHandle | null)[]): JobNumber
  prepareStep(
    model: ModuleHandle,
    criterion: ModuleHandle,
    optimizer: OptimizerHandle | null,
    settings: StepSettings,
    ...tensors: TensorHandle[]
  ): JobNumber
  /** Null for a job that has to run on the JS thread. */
  startJob(job: JobNumber): Promise<unknown> | null
  takeJob(job: JobNumber): TensorHandle[]
  stopCompute(): void
  inUse(handle: TensorHandle | ModuleHandle | OptimizerHandle): boolean
  graphInUse(...tensors: TensorHandle[]): boolean
  sharesMemory(tensor: TensorHandle): boolean
  moduleForward(module: ModuleHandle, ...inputs: TensorHandle[]): TensorHandle
  swapBatchNormMomentum(module: ModuleHandle, momentum: number | null): number | null | undefined

  createOptimizer(kind: string): OptimizerHandle
  addParamGroup(
    optimizer: OptimizerHandle,
    options: Record<string, number>,
    ...parameters: TensorHandle[]
  ): void
  groupValue(optimizer: OptimizerHandle, group: number, name: string): number | undefined
  groupNames(optimizer: OptimizerHandle, group: number): string[]
  setGroupValue(optimizer: OptimizerHandle, group: number, name: string, value: number): void
  stepOptimizer(
    optimizer: OptimizerHandle,
    gradScale?: TensorHandle | null,
    foundInf?: TensorHandle | null,
  ): void
  takesGradScale(optimizer: OptimizerHandle): boolean
  unscaleGradients(optimizer: OptimizerHandle, scale: TensorHandle): TensorHandle
  checkGradients(optimizer: OptimizerHandle, scale: TensorHandle): TensorHandle
  zeroGrad(optimizer: OptimizerHandle, setToNone: boolean): void
  optimizerState(
    optimizer: OptimizerHandle,
    parameter: TensorHandle,
  ): [name: string, tensor: TensorHandle][]
  setOptimizerState(
    optimizer: OptimizerHandle,
    parameter: TensorHandle,
    name: string,
    tensor: TensorHandle,
  ): void
  clearOptimizerState(optimizer: OptimizerHandle): void
  totalNorm(normType: number, ...tensors: TensorHandle[]): TensorHandle
  clipGradsWithNorm(totalNorm: TensorHandle, maxNorm: number, ...gradients: TensorHandle[]): void
  clipGradValue(clipValue: number, ...gradients: TensorHandle[]): void

  jitLoad(source: string | Uint8Array, device: string | null): ModuleHandle
  jitSave(module: ModuleHandle, ...extraFiles: (string | Uint8Array)[]): Uint8Array
  jitCall(module: ModuleHandle, method: string, ...values: JitValue[]): JitValue
  jitPrepare(module: ModuleHandle, method: string, ...values: JitValue[]): JobNumber
  jitSetTraining(module: ModuleHandle, training: boolean): void
  jitMethods(module: ModuleHandle): string[]
  jitSchema(module: ModuleHandle, method: string): JitSchema
  jitGraph(module: ModuleHandle, method: string, inlined: boolean): string
  jitCode(module: ModuleHandle, method: string): string
  jitAttributes(module: ModuleHandle): string[]
  jitAttribute(module: ModuleHandle, name: string): JitValue
  jitIdentities(module: ModuleHandle): { module: number; tensors: [name: string, id: number][] }
  jitFreeze(
    module: ModuleHandle,
    optimizeNumerics: boolean,
    ...preservedAttributes: string[]
  ): ModuleHandle
  jitOptimizeForInference(module: ModuleHandle, ...otherMethods: string[]): ModuleHandle
  jitCopy(module: ModuleHandle): ModuleHandle
  jitTrace(
    module: ModuleHandle | null,
    forward: (inputs: JitValue[]) => JitValue,
    inputs: JitValue[],
    argumentNames: string[],
    strict: boolean,
    ...classNames: (ModuleHandle | string)[]
  ): ModuleHandle
  jitIsTracing(): boolean
  jitRandomOperators(module: ModuleHandle): string[]
  jitProgramText(module: ModuleHandle): string

  aotiLoad(
    path: string,
    modelName: string,
    numRunners: number,
    deviceIndex: number,
  ): AotiModelHandle
  aotiDescribe(model: AotiModelHandle): {
    metadata: Record<string, string>
    callSpec: string[]
    constants: string[]
  }
  aotiRun(model: AotiModelHandle, ...inputs: TensorHandle[]): TensorHandle[]
  aotiPrepare(model: AotiModelHandle, ...inputs: TensorHandle[]): JobNumber

  /**
   * Fills places of a batch with pictures. For each: null if it is done, true if its format is none that native
   * code decodes, false if it was cancelled, else why it failed. And the nanoseconds of each stage (IMAGE_STAGES).
   */
  loadImages(
    out: TensorHandle,
    program: Float64Array,
    sources: readonly ImageInput[],
    numbers: Float64Array,
  ): Promise<{ outcomes: ImageOutcome[]; times: Float64Array }>
  /** Drops what of a batch is not begun. */
  cancelImages(out: TensorHandle): void
  verifyImages(
    paths: readonly string[],
    numbers: Float64Array,
  ): Promise<{ outcomes: ImageOutcome[]; times: Float64Array }>
  /** Null for what native code does not decode, else why it failed. */
  decodeJpeg(bytes: Uint8Array, numbers: Float64Array): Promise<TensorHandle | string | null>
  /** A batch with unset values, in memory that is used again when it is freed. */
  newImageBatch(
    samples: number,
    height: number,
    width: number,
    dtype: 'uint8' | 'float32' | 'bfloat16',
    interleaved: boolean,
  ): TensorHandle
  /** Frees the memory that is kept for batches. */
  freeImageBatches(): void

  decodesJpeg(): boolean
  crc32c(bytes: Uint8Array, before: number): number
  tilePicture(
    path: string,
    threads: number,
    maxPixels: number,
    maxBytes: number,
  ): Promise<[record: Uint8Array, numbers: Float64Array] | string>
  openPack(path: string): Promise<PackContents | string>
  readPacked(pack: PackHandle, entry: number): Promise<Uint8Array | string>
  verifyPacked(
    pack: PackHandle,
    entry: number,
    path: string,
    threads: number,
  ): Promise<string | null>
  createRawCache(slots: number, bytes: number, path: string): RawCacheHandle
  rawCacheState(cache: RawCacheHandle): void

  /** Changes pixels, uint8 [N, H, W, 1 or 3], to what is left of them in a JPEG file. */
  jpegRoundTrip(pixels: TensorHandle, quality: number): void
  libmCos(x: number): number
  libmExp(x: number): number
  libmLog(x: number): number
  libmPow(x: number, y: number): number
  libmSin(x: number): number
  libmTan(x: number): number
}

/** The folder that holds our package.json: one up from lib/, two up from dist/lib/. */
function packageRoot(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url))
  while (!existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error('node-libtorch: its package.json is missing')
    folder = parent
  }
  return folder
}

function explain(root: string, cause: unknown): Error {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const built = existsSync(path.join(root, 'build/Release/torch_node.node'))
  const lines = built
    ? [
        `node-libtorch: the native addon does not load: ${reason}`,
        'Find out why:  npx node-libtorch doctor',
        'Build it again:  npx node-libtorch install',
      ]
    : [
        `node-libtorch: the native addon has not been built (looked in ${path.join(root, 'build/Release')}).`,
        'Build it:  npx node-libtorch install',
        'Newer versions of npm skip the install scripts of dependencies; to let npm build it:',
        '  npm install-scripts approve node-libtorch && npm rebuild node-libtorch',
      ]
  return new Error(lines.join('\n'), { cause })
}

function load(): { addon: Native; reaper: unknown } {
  const root = packageRoot()
  const require = createRequire(import.meta.url)
  try {
    // The order matters: the env loaded last is torn down first, and the handles must die while the main
    // env lives.
    const addon: Native = require(path.join(root, 'build/Release/torch_node.node'))
    const reaper: unknown = require(path.join(root, 'build/Release/reaper.node'))
    return { addon, reaper }
  } catch (cause) {
    throw explain(root, cause)
  }
}

let forward: ((module: object, inputs: TensorHandle[]) => TensorHandle) | undefined

/** Sets what runs the forward of a TypeScript module that sits inside a native one; lib/nn calls it once. */
export function onForward(run: (module: object, inputs: TensorHandle[]) => TensorHandle): void {
  forward = run
}

const { addon, reaper } = load()
addon.attach(
  reaper,
  errors,
  (module, inputs) => {
    if (forward === undefined) throw new Error('node-libtorch: lib/nn has not been loaded')
    return forward(module, inputs)
  },
  warnOnce,
)

export const native: Native = addon
