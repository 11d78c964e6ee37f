import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

/** Where the built modules and their record lie, relative to the package. */
export const RELEASE = join('build', 'Release')

/** The native modules. */
export const MODULES = ['torch_node.node', 'reaper.node']

/** What a build leaves beside the modules for the loader, the doctor and the next build. */
export const RECORD = 'libtorch.json'
