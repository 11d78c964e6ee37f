import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { isPlainObject } from '../../check.js'
import { DatasetError } from '../../data/errors.js'
import { warnOnce } from '../../warn.js'

/** Variables as in `process.env`. */
type Variables = Readonly<Record<string, string | undefined>>

/** The address from which Kaggle sends a data set as a zip file; `slug` is `owner/name`. */
export const kaggleUrl = (slug: string): string =>
  `https://www.kaggle.com/api/v1/datasets/download/${slug}`

/**
 * What tells Kaggle who asks, by the rules of its own client: the file `token` where one is named, else
 * `KAGGLE_API_TOKEN`, else `KAGGLE_USERNAME` and `KAGGLE_KEY`, else `kaggle.json` in
 * `KAGGLE_CONFIG_DIR`, in `~/.kaggle` or in `~/.config/kaggle`. Warns of a file that others can read.
 *
 * @returns headers, or undefined where there is no token
 * @throws DatasetError with the path when a file is there, but is not a token
 */
export async function kaggleCredentials(
  token?: string,
  env: Variables = process.env,
): Promise<Record<string, string> | undefined> {
  if (token !== undefined) return headersOf(token, await readFile(token, 'utf8'))
  if (env.KAGGLE_API_TOKEN) return { authorization: `Bearer ${env.KAGGLE_API_TOKEN}` }
  if (env.KAGGLE_USERNAME && env.KAGGLE_KEY) return basic(env.KAGGLE_USERNAME, env.KAGGLE_KEY)
  const config = env.XDG_CONFIG_HOME || join(homedir(), '.config')
  const folders = env.KAGGLE_CONFIG_DIR
    ? [env.KAGGLE_CONFIG_DIR]
    : [join(homedir(), '.kaggle'), join(config, 'kaggle')]
  for (const folder of folders) {
    const path = join(folder, 'kaggle.json')
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
      throw new DatasetError(`'${path}' could not be read (${error.code})`, path, { cause: error })
    })
    if (text !== undefined) return headersOf(path, text)
  }
  return undefined
}

async function headersOf(path: string, text: string): Promise<Record<string, string>> {
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) {
    warnOnce(`'${path}' holds a token and can be read by other users; run: chmod 600 '${path}'`)
  }
  let token: unknown
  try {
    token = JSON.parse(text)
  } catch {
    token = undefined // the cause would quote the file
  }
  if (isPlainObject(token)) {
    const { username, key } = token
    if (typeof username === 'string' && typeof key === 'string') return basic(username, key)
  }
  throw new DatasetError(`'${path}' is not a Kaggle token: expected username and key`, path)
}

function basic(username: string, key: string): Record<string, string> {
  const credentials = Buffer.from(`${username}:${key}`).toString('base64')
  return { authorization: `Basic ${credentials}` }
}
