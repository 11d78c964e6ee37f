// Which libtorch is chosen, and what is said where there is none.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { cachedBuilds, cacheRoot, publish } from '../../scripts/libtorch/cache.mjs'
import { chooseFlavour } from '../../scripts/libtorch/device.mjs'
import { findLibtorch } from '../../scripts/libtorch/find.mjs'
import { archiveUrl, isNeeded as isNeededOfArchive } from '../../scripts/libtorch/official.mjs'
import {
  installWheel,
  isNeeded,
  nvidiaRequirements,
  requests,
} from '../../scripts/libtorch/pip.mjs'
import { DEFAULT_VERSION, inspect, isSupported } from '../../scripts/libtorch/version.mjs'
import { libtorchFiles, makeZip, temporaryFolder, writeTree } from './support.js'

// --- what a folder holds

test('a libtorch is recognised in its folder and in the folder around it', (t) => {
  const folder = realpathSync(temporaryFolder(t))
  const inner = writeTree(path.join(folder, 'torch'), libtorchFiles())
  const expected = { path: inner, version: '2.13.0', flavour: 'cpu' }
  t.deepEqual(inspect(inner), expected)
  t.deepEqual(inspect(folder), expected)
})

test('the flavour is read from version.py, build-version or the libraries', (t) => {
  const flavour = (change: Record<string, string>) =>
    inspect(writeTree(temporaryFolder(t), { ...libtorchFiles(), ...change })).flavour
  t.is(flavour({ 'version.py': "__version__ = '2.13.0+cu130'" }), 'cu130')
  t.is(flavour({ 'version.py': "__version__ = '2.13.0'\ncuda: Optional[str] = '12.6'" }), 'cu126')
  t.is(flavour({ 'version.py': "__version__ = '2.13.0a0+git1234'" }), 'cpu')
  t.is(flavour({ 'version.py': '', 'build-version': '2.13.0+cu126\n' }), 'cu126')
  t.is(flavour({ 'version.py': '', 'lib/libtorch_cuda.so': '' }), 'cuda')
})

test('an incomplete or unsupported libtorch is refused with the reason', (t) => {
  const refused = (files: Record<string, string>, message: RegExp) =>
    t.throws(() => inspect(writeTree(temporaryFolder(t), files)), { name: 'InstallError', message })
  const good = libtorchFiles()
  refused({}, /include\/ATen\/ATen.h is missing/)
  refused({ 'include/ATen/ATen.h': '' }, /lib\/libtorch_cpu\.\w+ is missing/)
  refused({ ...good, 'include/torch/headeronly/version.h': '' }, /names no version/)
  refused(libtorchFiles('2.10.1'), /holds libtorch 2\.10\.1; node-libtorch supports 2\.11 to 2\.14/)
  refused(libtorchFiles('3.0.0'), /holds libtorch 3\.0\.0/)
})

test('the supported versions are those of CMakeLists.txt', (t) => {
  const cmake = readFileSync(new URL('../../CMakeLists.txt', import.meta.url), 'utf8')
  const [, oldest, newest] = /MINOR LESS (\d+) OR LIBTORCH_MINOR GREATER (\d+)/.exec(cmake) ?? []
  t.true(isSupported(`2.${oldest}.0`))
  t.true(isSupported(`2.${newest}.1`))
  t.false(isSupported(`2.${Number(oldest) - 1}.0`))
  t.false(isSupported(`2.${Number(newest) + 1}.0`))
  t.true(isSupported(DEFAULT_VERSION))
})

// --- CPU or CUDA

test('the driver decides between CPU and CUDA', (t) => {
  const flavour = (driver?: string) => chooseFlavour({}, driver).flavour
  t.is(flavour(undefined), 'cpu')
  t.is(flavour('580.65.06'), 'cu130')
  t.is(flavour('unknown'), 'cu130')
  t.is(flavour('550.54.15'), 'cu126')
  t.is(flavour('470.256.02'), 'cpu')
  t.regex(chooseFlavour({}, '470.256.02').why, /driver 470\.256\.02 is too old/)
})

test('NODE_LIBTORCH_DEVICE overrides the driver', (t) => {
  const flavour = (device: string, driver?: string) =>
    chooseFlavour({ NODE_LIBTORCH_DEVICE: device }, driver).flavour
  t.is(flavour('cpu', '580.65.06'), 'cpu')
  t.is(flavour('cuda'), 'cu130')
  t.is(flavour('cuda', '550.54.15'), 'cu126')
  t.is(flavour('cu132', '550.54.15'), 'cu132')
  t.throws(() => flavour('tpu'), { message: /NODE_LIBTORCH_DEVICE must be cpu, cuda .* got 'tpu'/ })
})

// --- the cache

test('the cache follows XDG_CACHE_HOME', (t) => {
  t.is(cacheRoot({ XDG_CACHE_HOME: '/x' }), '/x/node-libtorch')
  t.regex(cacheRoot({}), /\.cache\/node-libtorch$/)
})

test('only complete builds of the version are listed', (t) => {
  const env = { XDG_CACHE_HOME: temporaryFolder(t) }
  t.deepEqual(cachedBuilds(env, '2.13.0'), [])
  for (const name of [
    '2.13.0-cpu',
    '2.13.0-cu130',
    '2.12.0-cpu',
    '2.13.0-cpu.tmp-1a',
    '2.13.0-cpu.lock',
  ]) {
    mkdirSync(path.join(cacheRoot(env), name), { recursive: true })
  }
  t.deepEqual(
    cachedBuilds(env, '2.13.0')
      .map(({ flavour }) => flavour)
      .sort(),
    ['cpu', 'cu130'],
  )
})

test('a published folder appears complete, and only once', async (t) => {
  const folder = path.join(temporaryFolder(t), 'cache', 'build')
  let fills = 0
  const fill = async (temporary: string) => {
    fills++
    writeFileSync(path.join(temporary, 'a'), '')
    await new Promise((resolve) => setTimeout(resolve, 50))
    t.false(existsSync(folder))
    writeFileSync(path.join(temporary, 'b'), '')
  }
  await Promise.all([publish(folder, fill), publish(folder, fill), publish(folder, fill)])
  t.is(fills, 1)
  t.deepEqual(readdirSync(folder).sort(), ['a', 'b'])
  t.deepEqual(readdirSync(path.dirname(folder)), ['build'])
})

test('a failure leaves nothing behind', async (t) => {
  const parent = temporaryFolder(t)
  const failing = publish(path.join(parent, 'build'), async () => {
    throw new Error('no luck')
  })
  await t.throwsAsync(failing, { message: 'no luck' })
  t.deepEqual(readdirSync(parent), [])
})

test('the lock and the leftovers of a dead process are taken over', async (t) => {
  const parent = temporaryFolder(t)
  const folder = path.join(parent, 'build')
  mkdirSync(`${folder}.tmp-dead`)
  writeFileSync(`${folder}.lock`, `999999999 ${hostname()}`)
  await publish(folder, async () => {})
  t.deepEqual(readdirSync(parent), ['build'])
})

// --- the order of the search

test('LIBTORCH comes first', async (t) => {
  const folder = writeTree(temporaryFolder(t), libtorchFiles('2.12.1'))
  const found = await findLibtorch({ LIBTORCH: folder, LIBTORCH_USE_PYTORCH: '1' })
  t.is(found.version, '2.12.1')
  t.is(found.origin, 'the variable LIBTORCH')
  await t.throwsAsync(findLibtorch({ LIBTORCH: '/nowhere' }), {
    message: 'LIBTORCH: /nowhere holds no libtorch: include/ATen/ATen.h is missing.',
  })
})

test('LIBTORCH_USE_PYTORCH takes the torch of the active Python', async (t) => {
  const folder = writeTree(temporaryFolder(t), libtorchFiles())
  const python = fakePython(
    t,
    `case "$2" in *find_spec*) echo "${folder}";; *) echo 'CPython 3.12 24.0';; esac`,
  )
  const found = await findLibtorch({ ...python.env, LIBTORCH_USE_PYTORCH: '1' })
  t.is(found.path, realpathSync(folder))

  const without = fakePython(
    t,
    `case "$2" in *find_spec*) echo;; *) echo 'CPython 3.12 24.0';; esac`,
  )
  await t.throwsAsync(findLibtorch({ ...without.env, LIBTORCH_USE_PYTORCH: '1' }), {
    message: /LIBTORCH_USE_PYTORCH=1, but .* \(3\.12\) has no torch package/,
  })
})

test('the cache comes before a download', async (t) => {
  const env = { XDG_CACHE_HOME: temporaryFolder(t), NODE_LIBTORCH_DEVICE: 'cpu', PATH: '/nowhere' }
  const cached = path.join(cacheRoot(env), `${DEFAULT_VERSION}-cpu`)
  writeTree(path.join(cached, 'torch'), libtorchFiles(DEFAULT_VERSION))
  t.is((await findLibtorch(env)).origin, 'the cache')

  rmSync(path.join(cached, 'torch', 'include'), { recursive: true })
  await t.throwsAsync(findLibtorch(env), { message: /The cached libtorch is incomplete/ })
})

test('NODE_LIBTORCH_VERSION must be one that the native code compiles with', async (t) => {
  for (const version of ['2.10.0', '2.15.0', 'newest', '2.13']) {
    await t.throwsAsync(findLibtorch({ NODE_LIBTORCH_VERSION: version }), {
      message: new RegExp(`NODE_LIBTORCH_VERSION must be .* got '${version}'`),
    })
  }
})

// --- pip

/** An executable that stands for Python; its calls are recorded. */
function fakePython(t: ExecutionContext, script: string) {
  const folder = temporaryFolder(t)
  const command = path.join(folder, 'python')
  const calls = path.join(folder, 'calls')
  writeFileSync(command, `#!/bin/sh\necho "$*" >> "${calls}"\n${script}\n`)
  chmodSync(command, 0o755)
  const read = () => readFileSync(calls, 'utf8').trim().split('\n')
  return { command, env: { PYTHON: command, PATH: process.env.PATH }, read }
}

function wheel(t: ExecutionContext, metadata = 'Name: torch\n'): string {
  const file = path.join(temporaryFolder(t), 'torch.whl')
  const files = Object.entries(libtorchFiles()).map(([name, data]) => ({
    name: `torch/${name}`,
    data,
  }))
  const more = {
    'torch/nn/modules.py': 'python',
    'torch/lib/libtorch_python.so': 'python',
    'torch-2.13.0.dist-info/METADATA': metadata,
    'torch-2.13.0.dist-info/licenses/LICENSE': 'BSD',
  }
  const all = [...files, ...Object.entries(more).map(([name, data]) => ({ name, data }))]
  writeFileSync(file, makeZip(all))
  return file
}

const noMatch = 'echo "ERROR: No matching distribution found for torch" >&2; exit 1'
const linux = process.platform === 'linux' ? test : test.skip

linux(
  'pip is asked with the user’s settings first, then with PyTorch’s index, then for any build',
  async (t) => {
    // Copies the wheel into the folder behind --dest, but only for the unlabelled version.
    const python = fakePython(
      t,
      `case "$*" in *torch==2.13.0+cpu*) ${noMatch};; esac
     while [ "$1" != --dest ]; do shift; done; cp "${wheel(t)}" "$2/torch.whl"`,
    )
    const folder = temporaryFolder(t)
    const active = { command: python.command, version: '3.12', pip: '24.0' }
    await installWheel(active, '2.13.0', 'cpu', folder, python.env)

    const asked = python.read().map((call) => call.replace(/.*--only-binary=:all: /, ''))
    t.deepEqual(asked, [
      'torch==2.13.0+cpu',
      '--extra-index-url https://download.pytorch.org/whl/cpu --retries 1 --timeout 10 torch==2.13.0+cpu',
      'torch==2.13.0',
    ])
    t.is(inspect(folder).version, '2.13.0')
    t.deepEqual(readdirSync(folder).sort(), ['torch', 'torch-2.13.0.dist-info'])
    t.false(existsSync(path.join(folder, 'torch/nn')))
    t.false(existsSync(path.join(folder, 'torch/lib/libtorch_python.so')))
  },
)

linux('a CUDA wheel brings the NVIDIA libraries that it names', async (t) => {
  const file = wheel(
    t,
    'Requires-Dist: sympy\nRequires-Dist: nvidia-nccl-cu13==2.29.7; platform_system == "Linux"\n',
  )
  const python = fakePython(
    t,
    `case "$*" in *' install '*) exit 0;; esac
     while [ "$1" != --dest ]; do shift; done; cp "${file}" "$2/torch.whl"`,
  )
  const active = { command: python.command, version: '3.15', pip: '26.0' }
  const folder = temporaryFolder(t)
  await installWheel(active, '2.13.0', 'cu130', folder, python.env)
  const [download, install] = python.read()
  t.regex(download ?? '', /--python-version 3\.12 torch==2\.13\.0\+cu130$/)
  t.regex(
    install ?? '',
    /install --target .* nvidia-nccl-cu13==2\.29\.7; platform_system == "Linux"$/,
  )
})

linux('an interrupted download is not answered with another build', async (t) => {
  const python = fakePython(t, 'echo "ERROR: Read timed out." >&2; exit 2')
  const active = { command: python.command, version: '3.12', pip: '24.0' }
  await t.throwsAsync(installWheel(active, '2.13.0', 'cpu', temporaryFolder(t), python.env), {
    message: /pip found no libtorch 2\.13\.0 cpu:\n {2}torch==2\.13\.0\+cpu: Read timed out\./,
  })
  t.is(python.read().length, 1)
})

linux('a CUDA build is never replaced by the CPU build', (t) => {
  t.deepEqual(
    requests('2.13.0', 'cu130').map(({ spec }) => spec),
    ['torch==2.13.0+cu130', 'torch==2.13.0+cu130', 'torch==2.13.0,!=2.13.0+cpu'],
  )
})

test('NVIDIA requirements are told from those of Python', (t) => {
  const metadata = `Requires-Dist: filelock
Requires-Dist: cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"
Requires-Dist: nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"
Requires-Dist: cuda-bindings<14,>=13.0.3; platform_system == "Linux"
Requires-Dist: nvidia-extra==1; extra == "more"
Requires-Dist: triton==3.7.0
`
  t.deepEqual(nvidiaRequirements(metadata), [
    'cuda-toolkit[cublas,cudart]==13.0.3; platform_system == "Linux"',
    'nvidia-cudnn-cu13==9.20.0.48; platform_system == "Linux"',
  ])
})

test('only what C++ needs is unpacked', (t) => {
  for (const name of [
    'torch/include/ATen/ATen.h',
    'torch/lib/libtorch_cpu.so',
    'torch/lib/libgomp.so.1',
    'torch/version.py',
    'torch.libs/libopenblas.so',
    'torch-2.13.0.dist-info/licenses/LICENSE',
  ]) {
    t.true(isNeeded(name), name)
  }
  for (const name of [
    'torch/__init__.py',
    'torch/lib/libtorch_python.so',
    'torch/bin/protoc',
    'torchgen/x.py',
  ]) {
    t.false(isNeeded(name), name)
  }
  t.true(isNeededOfArchive('libtorch/lib/libc10.so'))
  t.true(isNeededOfArchive('libtorch/build-version'))
  t.false(isNeededOfArchive('libtorch/lib/libkineto.a'))
  t.false(isNeededOfArchive('libtorch/share/cmake/Torch/TorchConfig.cmake'))
})

// --- PyTorch's archive

test('the archive’s address follows platform and flavour', (t) => {
  const base = 'https://download.pytorch.org/libtorch'
  t.is(
    archiveUrl('2.13.0', 'cpu', 'linux', 'x64'),
    `${base}/cpu/libtorch-shared-with-deps-2.13.0%2Bcpu.zip`,
  )
  t.is(
    archiveUrl('2.13.0', 'cu126', 'linux', 'x64'),
    `${base}/cu126/libtorch-shared-with-deps-2.13.0%2Bcu126.zip`,
  )
  t.is(
    archiveUrl('2.13.0', 'cpu', 'darwin', 'arm64'),
    `${base}/cpu/libtorch-macos-arm64-2.13.0.zip`,
  )
  t.is(archiveUrl('2.13.0', 'cpu', 'linux', 'arm64'), undefined)
})
