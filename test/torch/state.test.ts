// State of the process and of its threads. Each test puts back what it changes.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import test from 'ava'
import { TorchError } from '../../lib/errors.js'
import { native } from '../../lib/native.js'
import { torch } from '../../lib/torch/index.js'
import type { Tensor } from '../../lib/torch/tensor.js'
import { expectNoLiveTensors } from '../helpers/live.js'

torch.setNumThreads(1)
expectNoLiveTensors(test)

test.serial(
  'the default device is that of every function that makes a tensor from nothing',
  (t) => {
    t.is(torch.getDefaultDevice(), 'cpu')
    torch.setDefaultDevice('meta')
    try {
      t.is(torch.getDefaultDevice(), 'meta')
      const made = {
        empty: torch.empty([2]),
        zeros: torch.zeros([2]),
        ones: torch.ones([2], { dtype: 'int64' }),
        full: torch.full([2], 1),
        arange: torch.arange(3),
        linspace: torch.linspace(0, 1, 5),
        eye: torch.eye(2),
        rand: torch.rand([2]),
        randint: torch.randint(5, [2]),
        hann: torch.hannWindow(4),
        fftfreq: torch.fft.fftfreq(4),
        null: torch.zeros([2], { device: null }),
        tensor: torch.tensor([1, 2]),
      }
      for (const [name, x] of Object.entries(made)) t.is(x.device, 'meta', name)
      // libtorch itself has no kernel to make these there.
      t.throws(() => torch.randperm(4), { message: /Meta/ })
      t.throws(() => torch.triuIndices(2, 2), { message: /Meta/ })
      const onCpu = torch.zeros([2], { device: 'cpu' })
      t.is(onCpu.device, 'cpu')
      t.is(torch.zerosLike(onCpu).device, 'cpu')
      t.is(onCpu.newZeros([3]).device, 'cpu')
      t.is(onCpu.add(1).device, 'cpu')
      t.is(onCpu.to('float64').device, 'cpu')
    } finally {
      torch.setDefaultDevice(null)
    }
    t.is(torch.zeros([2]).device, 'cpu')
  },
)

test.serial('withDevice nests, follows await, and is no other task’s', async (t) => {
  t.is(
    torch.withDevice('meta', () => torch.withDevice('cpu', () => torch.zeros([1]).device)),
    'cpu',
  )
  let release = (): void => {}
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const task = torch.withDevice('meta', async () => {
    const before = torch.zeros([1]).device
    await gate
    return [before, torch.zeros([1]).device, torch.getDefaultDevice()]
  })
  t.is(torch.zeros([1]).device, 'cpu')
  release()
  t.deepEqual(await task, ['meta', 'meta', 'meta'])
  t.is(torch.getDefaultDevice(), 'cpu')
  t.throws(() => torch.setDefaultDevice('gpu' as never), {
    instanceOf: TypeError,
    message: /^setDefaultDevice: expected a device .* got "gpu"$/,
  })
  t.throws(() => torch.withDevice('meta', 1 as never), { instanceOf: TypeError })
})

test.serial('deterministic algorithms: on, only warning, off', (t) => {
  const nondeterministic = (): unknown =>
    torch.zeros([3]).put_(torch.tensor([0], { dtype: 'int64' }), torch.ones([1]))
  try {
    torch.useDeterministicAlgorithms(true)
    t.true(torch.areDeterministicAlgorithmsEnabled())
    t.false(torch.isDeterministicAlgorithmsWarnOnlyEnabled())
    t.is(torch.getDeterministicDebugMode(), 2)
    t.throws(nondeterministic, { instanceOf: TorchError, message: /put_ does not have a determ/ })
    t.true(torch.empty([3]).isnan().all().item())
    torch.utils.deterministic.fillUninitializedMemory = false
    t.false(torch.utils.deterministic.fillUninitializedMemory)
    torch.utils.deterministic.fillUninitializedMemory = true
    torch.useDeterministicAlgorithms(true, { warnOnly: true })
    t.true(torch.isDeterministicAlgorithmsWarnOnlyEnabled())
    t.notThrows(nondeterministic)
    torch.setDeterministicDebugMode('error')
    t.is(torch.getDeterministicDebugMode(), 2)
    torch.setDeterministicDebugMode(1)
    t.is(torch.getDeterministicDebugMode(), 1)
  } finally {
    torch.useDeterministicAlgorithms(false)
  }
  t.false(torch.areDeterministicAlgorithmsEnabled())
  t.notThrows(nondeterministic)
  t.throws(() => torch.useDeterministicAlgorithms(1 as never), { instanceOf: TypeError })
  t.throws(() => torch.useDeterministicAlgorithms(true, { warn: true } as never), {
    message: /the options are warnOnly/,
  })
  t.throws(() => torch.setDeterministicDebugMode('on' as never), { instanceOf: TypeError })
  t.throws(() => torch.setDeterministicDebugMode(3 as never), { instanceOf: TypeError })
})

test.serial('precision of matrix products', (t) => {
  t.is(torch.getFloat32MatmulPrecision(), 'highest')
  try {
    torch.setFloat32MatmulPrecision('high')
    t.is(torch.getFloat32MatmulPrecision(), 'high')
    t.true(torch.backends.cuda.matmul.allowTf32)
    torch.setFloat32MatmulPrecision('medium')
    t.is(torch.getFloat32MatmulPrecision(), 'medium')
  } finally {
    torch.setFloat32MatmulPrecision('highest')
  }
  t.false(torch.backends.cuda.matmul.allowTf32)
  t.throws(() => torch.setFloat32MatmulPrecision('low' as never), {
    instanceOf: TypeError,
    message: /one of 'highest', 'high', 'medium'/,
  })
})

test.serial('switches of the backends are properties that keep what they are given', (t) => {
  const { cudnn, cuda, mkldnn, nnpack } = torch.backends
  for (const [group, object] of Object.entries({ cudnn, matmul: cuda.matmul, mkldnn, nnpack })) {
    for (const key of Object.keys(object)) {
      const live = object as Record<string, boolean>
      const before = live[key] as boolean
      live[key] = !before
      t.is(live[key], !before, `${group}.${key}`)
      live[key] = before
      t.is(live[key], before)
    }
  }
  t.false(cudnn.benchmark)
  t.true(cuda.mathSdpEnabled())
  cuda.enableMathSdp(false)
  t.false(cuda.mathSdpEnabled())
  cuda.enableMathSdp(true)
  t.throws(
    () => {
      cudnn.benchmark = 1 as never
    },
    {
      instanceOf: TypeError,
      message: 'backends.cudnn.benchmark: expected a boolean for value, got 1',
    },
  )
})

test.serial('threads and denormals', (t) => {
  torch.setNumThreads(2)
  t.is(torch.getNumThreads(), 2)
  torch.setNumThreads(1)
  for (const threads of [0, -1, 1.5, '2', 2 ** 40]) {
    t.throws(() => torch.setNumThreads(threads as never), { message: /^setNumThreads: expected/ })
    t.throws(() => torch.setNumInteropThreads(threads as never))
  }
  torch.setNumInteropThreads(2)
  t.is(torch.getNumInteropThreads(), 2)
  t.throws(() => torch.setNumInteropThreads(3), { instanceOf: TorchError })
  const tiny = (): unknown => torch.full([1], 1e-310, { dtype: 'float64' }).mul(1).item()
  t.is(tiny(), 1e-310)
  if (torch.setFlushDenormal(true)) {
    t.is(tiny(), 0)
    torch.setFlushDenormal(false)
  }
  t.is(tiny(), 1e-310)
})

test.serial('the default dtype', (t) => {
  t.is(torch.getDefaultDtype(), 'float32')
  torch.setDefaultDtype('float64')
  t.is(torch.zeros([1]).dtype, 'float64')
  t.is(torch.tensor([1]).dtype, 'float64')
  torch.setDefaultDtype('float32')
  t.throws(() => torch.setDefaultDtype('int64'), { instanceOf: TypeError })
})

test.serial('without CUDA, torch.cuda says why', (t) => {
  if (torch.cuda.isAvailable()) {
    t.true(torch.cuda.deviceCount() > 0)
    return
  }
  const { cuda } = torch
  t.is(cuda.deviceCount(), 0)
  t.true(cuda.whyNot().length > 0)
  t.notThrows(() => cuda.manualSeedAll(1))
  t.notThrows(() => cuda.manualSeed(1))
  t.throws(() => cuda.manualSeed(0.5), { instanceOf: TypeError })
  for (const name of [
    'currentDevice',
    'synchronize',
    'getDeviceName',
    'getDeviceCapability',
    'memoryAllocated',
    'maxMemoryReserved',
    'memGetInfo',
    'resetPeakMemoryStats',
    'emptyCache',
    'initialSeed',
    'getRngState',
  ] as const) {
    t.throws(() => cuda[name](), { instanceOf: TorchError, message: /CUDA cannot be used: / }, name)
  }
  t.throws(() => cuda.setDevice(0), { instanceOf: TorchError, message: /^cuda\.setDevice: / })
})

// Uses the C interface of libtorch: compiles in a moment, where C++ headers take half a minute.
const OPERATORS = `
#include <stdint.h>
typedef uint64_t StableIValue;
int32_t aoti_torch_library_init_def(const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_init_impl(const char*, const char*, const char*, uint32_t, void**);
int32_t aoti_torch_library_def(void*, const char*);
int32_t aoti_torch_library_impl(void*, const char*, void (*)(StableIValue*, uint64_t, uint64_t));
int32_t aoti_torch_call_dispatcher(const char*, const char*, StableIValue*);

static void triple(StableIValue* stack, uint64_t arguments, uint64_t results) { stack[0] *= 3; }
static void flip_sign(StableIValue* stack, uint64_t arguments, uint64_t results) {
  aoti_torch_call_dispatcher("aten::neg", "", stack);
}

__attribute__((constructor)) static void load(void) {
  void* library;
  aoti_torch_library_init_def("node_libtorch_test", __FILE__, __LINE__, &library);
  aoti_torch_library_def(library, "triple(int x) -> int");
  aoti_torch_library_def(library, "flip_sign(Tensor x) -> Tensor");
  void* kernels;
  aoti_torch_library_init_impl("node_libtorch_test", "CompositeExplicitAutograd", __FILE__, __LINE__, &kernels);
  aoti_torch_library_impl(kernels, "triple", triple);
  aoti_torch_library_impl(kernels, "flip_sign", flip_sign);
}
`

/** Compiles a C program to a shared library linked with the libtorch that is loaded. */
function compile(folder: string, name: string, source: string): string {
  const library = path.join(folder, `${name}.so`)
  writeFileSync(path.join(folder, `${name}.c`), source)
  const libtorch = native.versions().folder
  const options = ['-shared', '-fPIC', '-o', library, path.join(folder, `${name}.c`)]
  execFileSync('cc', [...options, `-L${libtorch}`, '-ltorch_cpu', `-Wl,-rpath,${libtorch}`])
  return library
}

test.serial('loadLibrary makes the operators of a library callable', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-ops-'))
  try {
    const library = compile(folder, 'ops', OPERATORS)
    const { node_libtorch_test: ours } = torch.ops
    t.is(ours?.triple?.default, undefined)
    torch.loadLibrary(path.relative(process.cwd(), library))
    t.is(ours?.triple?.default?.(14), 42)
    const flipped = ours?.flip_sign?.default?.(torch.ones([2])) as Tensor
    t.deepEqual(flipped.toArray(), [-1, -1])
    t.true(torch.listOperators().includes('node_libtorch_test::triple'))
    t.notThrows(() => torch.loadLibrary(library))
    t.throws(() => ours?.triple?.default?.('x'), { instanceOf: TypeError })

    const broken = compile(
      folder,
      'broken',
      'void missing_here(void); void f(void) { missing_here(); }',
    )
    t.throws(() => torch.loadLibrary(broken), {
      instanceOf: TorchError,
      message: /^loadLibrary: .*undefined symbol: missing_here \(libtorch \d+\.\d+\.\d+\)$/,
    })
    writeFileSync(path.join(folder, 'text.so'), 'no library')
    t.throws(() => torch.loadLibrary(path.join(folder, 'text.so')), { instanceOf: TorchError })
  } finally {
    rmSync(folder, { recursive: true })
  }
  t.throws(() => torch.loadLibrary('nowhere/ops.so'), {
    instanceOf: TorchError,
    message: /^loadLibrary: there is no file .*nowhere.ops\.so$/,
  })
  t.throws(() => torch.loadLibrary(5 as never), { instanceOf: TypeError })
})
