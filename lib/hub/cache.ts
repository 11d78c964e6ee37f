import { homedir } from 'node:os'
import path from 'node:path'

/** Variables that move the caches; `process.env` by default. */
export type Environment = Readonly<Record<string, string | undefined>>

const expand = (folder: string): string =>
  folder === '~' || folder.startsWith('~/') ? path.join(homedir(), folder.slice(1)) : folder

/** `$XDG_CACHE_HOME`, else `~/.cache`. */
const userCache = (env: Environment): string => expand(env.XDG_CACHE_HOME || '~/.cache')

/**
 * The folder into which weights are downloaded: `hub/checkpoints` in `$NODE_LIBTORCH_HOME`, by default in
 * `${XDG_CACHE_HOME:-~/.cache}/node-libtorch`.
 */
export function weightsCache(env: Environment = process.env): string {
  const home = env.NODE_LIBTORCH_HOME
    ? expand(env.NODE_LIBTORCH_HOME)
    : path.join(userCache(env), 'node-libtorch')
  return path.resolve(home, 'hub', 'checkpoints')
}

/**
 * The folder into which Python's `torch.hub` downloads weights: `hub/checkpoints` in `$TORCH_HOME`, by default
 * in `${XDG_CACHE_HOME:-~/.cache}/torch`. It is only ever read.
 */
export function torchHubCache(env: Environment = process.env): string {
  const home = env.TORCH_HOME ? expand(env.TORCH_HOME) : path.join(userCache(env), 'torch')
  return path.resolve(home, 'hub', 'checkpoints')
}
