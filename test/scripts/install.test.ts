// The commands that npm and users run, each in a process of its own.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { isDependency } from '../../scripts/addon/ensure.mjs'
import { hashInputs, readRecord } from '../../scripts/addon/record.mjs'
import { jobs, requireToolchain } from '../../scripts/addon/toolchain.mjs'
import { libtorchFiles, temporaryFolder, writeTree } from './support.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))

/** A copy of the package without a built addon, in `folder`. */
function copyPackage(folder: string): string {
  mkdirSync(folder, { recursive: true })
  for (const name of ['package.json', 'CMakeLists.txt', 'scripts']) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true })
  }
  writeTree(folder, { 'native/reaper.cc': '', 'native/main.cc': '' })
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return folder
}

/** Runs a script of a copy; of npm's and libtorch's variables only those in `env` are seen. */
function run(folder: string, script: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { PATH, HOME } = process.env
  const started = performance.now()
  const child = spawnSync(process.execPath, [path.join(folder, 'scripts', script), ...args], {
    encoding: 'utf8',
    env: { PATH, HOME, ...env },
  })
  return { ...child, seconds: (performance.now() - started) / 1000 }
}

/** Puts files where a build leaves the addon, with a record that fits the sources. */
function pretendBuilt(folder: string, libtorch: string): void {
  const record = { path: libtorch, version: '2.13.0', flavour: 'cpu', origin: 'a test' }
  writeTree(path.join(folder, 'build', 'Release'), {
    'torch_node.node': '',
    'reaper.node': '',
    'libtorch.json': JSON.stringify({ ...record, inputs: hashInputs(folder) }),
  })
}

function fakeLibtorch(t: ExecutionContext): string {
  return writeTree(temporaryFolder(t), libtorchFiles())
}

test('in its own checkout a failed installation is an error', (t) => {
  const folder = copyPackage(path.join(temporaryFolder(t), 'clone'))
  const env = { LIBTORCH: '/nowhere', npm_config_local_prefix: folder }
  const { status, stdout } = run(folder, 'install.mjs', [], env)
  t.is(status, 1)
  t.regex(stdout, /LIBTORCH: \/nowhere holds no libtorch/)
  t.regex(stdout, /Possible solutions:/)
})

test('as a dependency it never fails the installation of the application', (t) => {
  const app = temporaryFolder(t)
  const folder = copyPackage(path.join(app, 'linked', 'node-libtorch'))
  const env = { LIBTORCH: '/nowhere', npm_config_local_prefix: app }
  const { status, stdout } = run(folder, 'install.mjs', [], env)
  t.is(status, 0)
  t.regex(stdout, /LIBTORCH: \/nowhere holds no libtorch/)
  t.regex(stdout, /npx node-libtorch install/)
})

test('npm’s preparation of a git dependency builds nothing', (t) => {
  const folder = copyPackage(path.join(temporaryFolder(t), 'clone'))
  const env = { LIBTORCH: '/nowhere', _PACOTE_NO_PREPARE_: 'git' }
  const { status, stdout } = run(folder, 'install.mjs', [], env)
  t.is(status, 0)
  t.is(stdout, '')
})

test('a second installation does nothing, in under a second', (t) => {
  const libtorch = fakeLibtorch(t)
  const folder = copyPackage(path.join(temporaryFolder(t), 'clone'))
  pretendBuilt(folder, libtorch)
  // With and without the variable: the libtorch of the last build is kept.
  for (const env of [{ LIBTORCH: libtorch }, {}]) {
    const runs = [1, 2, 3].map(() => run(folder, 'install.mjs', [], env))
    for (const { status, stdout } of runs) {
      t.is(status, 0)
      t.regex(stdout, /up to date with libtorch 2\.13\.0 cpu/)
    }
    const fastest = Math.min(...runs.map(({ seconds }) => seconds))
    t.true(fastest < 1, `${fastest} s`)
  }
})

test('a changed source, header package or libtorch is noticed', (t) => {
  const folder = copyPackage(path.join(temporaryFolder(t), 'clone'))
  const before = hashInputs(folder)
  t.is(hashInputs(folder), before)
  writeFileSync(path.join(folder, 'native', 'main.cc'), '// changed')
  const after = hashInputs(folder)
  t.not(after, before)
  writeFileSync(path.join(folder, 'native', 'new.h'), '')
  t.not(hashInputs(folder), after)

  // Without tools in PATH, what would start a build says so.
  pretendBuilt(folder, fakeLibtorch(t))
  const { status, stdout } = run(folder, 'install.mjs', [], {
    LIBTORCH: fakeLibtorch(t),
    PATH: '/nowhere',
  })
  t.is(status, 1)
  t.regex(stdout, /building with libtorch 2\.13\.0/)
  t.regex(stdout, /needs cmake and a C\+\+ compiler and ninja or make/)
})

test('an incomplete build has no record', (t) => {
  const folder = writeTree(temporaryFolder(t), { 'libtorch.json': '{}', 'torch_node.node': '' })
  t.is(readRecord(folder), undefined)
  writeTree(folder, { 'reaper.node': '' })
  t.deepEqual(readRecord(folder), {} as never)
  writeTree(folder, { 'libtorch.json': '{' })
  t.is(readRecord(folder), undefined)
})

test('a dependency is told from a checkout', (t) => {
  const folder = temporaryFolder(t)
  t.false(isDependency({}, folder))
  t.false(isDependency({ npm_config_local_prefix: folder }, folder))
  t.true(isDependency({ npm_config_local_prefix: path.dirname(folder) }, folder))
  t.true(isDependency({ npm_config_global: 'true' }, folder))
  t.true(isDependency({}, path.join(folder, 'node_modules', 'node-libtorch')))
})

test('as many compilers run as cores and memory allow', (t) => {
  t.is(jobs(8, 64e9), 8)
  t.is(jobs(8, 7e9), 3)
  t.is(jobs(2, 24e9), 2)
  t.is(jobs(4, 1e9), 1)
})

test('missing tools are named with the packages that bring them', (t) => {
  const error = t.throws(() => requireToolchain({ PATH: '/nowhere' }), { name: 'InstallError' })
  t.regex(error.message, /needs cmake and a C\+\+ compiler and ninja or make/)
  const { solutions } = error as unknown as { solutions: string[] }
  t.regex(solutions[0] ?? '', /cmake/)
})

test('the command line explains itself', (t) => {
  const help = run(root, 'cli.mjs', ['help'])
  t.is(help.status, 0)
  for (const command of ['install', 'doctor', 'version'])
    t.true(help.stdout.includes(`  ${command} `))
  t.is(run(root, 'cli.mjs').stdout, help.stdout)
  t.is(run(root, 'cli.mjs', ['version']).stdout.trim(), version)

  const unknown = run(root, 'cli.mjs', ['instal'])
  t.is(unknown.status, 2)
  t.regex(unknown.stderr, /'instal' is no command/)
  const option = run(root, 'cli.mjs', ['install', '--devise', 'cpu'])
  t.is(option.status, 2)
  t.regex(option.stderr, /Unknown option '--devise'/)
  const device = run(root, 'cli.mjs', ['install', '--device', 'tpu'])
  t.is(device.status, 1)
  t.regex(device.stderr, /NODE_LIBTORCH_DEVICE must be cpu, cuda/)
})

test('the doctor says what is missing', (t) => {
  const folder = copyPackage(path.join(temporaryFolder(t), 'clone'))
  const empty = run(folder, 'cli.mjs', ['doctor'])
  t.is(empty.status, 1)
  t.regex(empty.stdout, /ok {4}Node\.js \d/)
  t.regex(empty.stdout, /fail {2}addon: torch_node\.node and reaper\.node missing/)
  t.regex(empty.stdout, /npx node-libtorch install/)

  pretendBuilt(folder, '/nowhere')
  const gone = run(folder, 'cli.mjs', ['doctor'])
  t.is(gone.status, 1)
  t.regex(gone.stdout, /fail {2}built for libtorch 2\.13\.0 cpu: \/nowhere holds no libtorch/)

  pretendBuilt(folder, fakeLibtorch(t))
  const broken = run(folder, 'cli.mjs', ['doctor'])
  t.is(broken.status, 1)
  t.regex(broken.stdout, /ok {4}libtorch 2\.13\.0 cpu in/)
  t.regex(broken.stdout, /fail {2}addon does not load: /)
})
