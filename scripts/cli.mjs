#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureAddon } from './addon/ensure.mjs'
import { ROOT } from './addon/paths.mjs'
import { doctor } from './doctor.mjs'
import { findLibtorch } from './libtorch/find.mjs'
import { DEFAULT_VERSION } from './libtorch/version.mjs'
import { pack } from './pack.mjs'
import { describe } from './report.mjs'
import { show } from './show.mjs'

const HELP = `Usage: npx node-libtorch <command> [options]

Commands:
  install   find or download libtorch and build the native addon
  doctor    examine the installation step by step
  pack      write the pictures of a folder into one file (pack --help)
  show      write a contact sheet of what the loader makes of a folder of pictures (show --help)
  version   print the version of node-libtorch
  help      print this text

Options of install:
  --libtorch DIR     use the libtorch in DIR (the variable LIBTORCH)
  --use-pytorch      use the torch package of the active python3 (LIBTORCH_USE_PYTORCH=1)
  --device DEVICE    cpu, cuda, or a CUDA build such as cu126 (NODE_LIBTORCH_DEVICE); default: cuda where an
                     NVIDIA driver is found, else cpu
  --libtorch-version VERSION
                     the version to download (NODE_LIBTORCH_VERSION), default ${DEFAULT_VERSION}
  --clean            build from nothing

A download goes to \${XDG_CACHE_HOME:-~/.cache}/node-libtorch and is shared by all projects. It is made by pip with your
own pip settings; without pip it is PyTorch's libtorch archive (NODE_LIBTORCH_SHA256 pins it).`

/** @param {string[]} args */
async function install(args) {
  const { values } = parseArgs({
    args,
    options: {
      libtorch: { type: 'string' },
      'use-pytorch': { type: 'boolean' },
      device: { type: 'string' },
      'libtorch-version': { type: 'string' },
      clean: { type: 'boolean' },
    },
  })
  const chosen = {
    LIBTORCH: values.libtorch,
    LIBTORCH_USE_PYTORCH: values['use-pytorch'] ? '1' : undefined,
    NODE_LIBTORCH_DEVICE: values.device,
    NODE_LIBTORCH_VERSION: values['libtorch-version'],
  }
  const given = Object.fromEntries(
    Object.entries(chosen).filter(([, value]) => value !== undefined),
  )
  ensureAddon(await findLibtorch({ ...process.env, ...given }), { clean: values.clean })
}

// The package by its own name, where it is needed. To the compiler its types are others than those of lib.

/** @param {string[]} args */
async function packPictures(args) {
  const vision = await import('node-libtorch/vision')
  return await pack(args, /** @type {any} */ (vision))
}

/** @param {string[]} args */
async function showPictures(args) {
  const [library, vision] = [await import('node-libtorch'), await import('node-libtorch/vision')]
  await show(args, /** @type {any} */ ({ ...vision, dataloader: library.dataloader }))
}

function version() {
  console.log(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version)
}

const [command = 'help', ...rest] = process.argv.slice(2)
try {
  switch (command) {
    case 'install':
      await install(rest)
      break
    case 'doctor':
      if (!doctor()) process.exitCode = 1
      break
    case 'pack':
      if (!(await packPictures(rest))) process.exitCode = 1
      break
    case 'show':
      await showPictures(rest)
      break
    case 'version':
    case '--version':
    case '-v':
      version()
      break
    case 'help':
    case '--help':
    case '-h':
      console.log(HELP)
      break
    default:
      console.error(`node-libtorch: '${command}' is no command.\n\n${HELP}`)
      process.exitCode = 2
  }
} catch (error) {
  const usage = /** @type {any} */ (error)?.code?.startsWith?.('ERR_PARSE_ARGS')
  console.error(`node-libtorch: ${usage ? /** @type {Error} */ (error).message : describe(error)}`)
  process.exitCode = usage ? 2 : 1
}
