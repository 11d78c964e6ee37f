import { basename } from 'node:path'
import { DownloadError, type Expectation } from '../../hub/index.js'
import { kaggleCredentials, kaggleUrl } from './kaggle.js'
import { addressesOf, type Resource } from './obtain.js'

/** Where the birds can be had, in order of preference. */
export const BIRD_SOURCES = ['cdn', 'huggingface', 'kaggle'] as const
export type BirdSource = (typeof BIRD_SOURCES)[number]

/** What decides which files are downloaded. */
interface Choice extends Expectation {
  readonly url?: string | undefined
  readonly mirrors?: readonly string[] | undefined
  readonly token?: string | undefined
  readonly kaggleDataset?: string | undefined
}

const CDN = [
  'https://torch-cdn.mlverse.org/datasets',
  'https://storage.googleapis.com/torch-datasets', // where it was before
]
const HUGGING_FACE = 'datasets/chriamue/bird-species-dataset/resolve/main/data'
const KAGGLE = 'gpiosenka/100-bird-species'

/**
 * The files of a source.
 *
 * @throws DownloadError when Kaggle is asked without a token
 */
export async function resourcesOf(source: BirdSource, choice: Choice): Promise<Resource[]> {
  const { url, mirrors, sha256, md5, size } = choice
  const expected = { sha256, md5, size }
  if (url !== undefined) {
    const name = basename(URL.canParse(url) ? new URL(url).pathname : url) || 'bird-species.zip'
    return [{ name, urls: [url], isArchive: true, ...expected }]
  }
  if (source === 'cdn') {
    const name = 'bird-species.zip'
    return [{ name, urls: addressesOf(name, CDN, { mirrors }), isArchive: true, ...expected }]
  }
  if (source === 'kaggle') return [await kaggle(choice)]
  const { HF_ENDPOINT, HF_TOKEN } = process.env
  const folder = `${(HF_ENDPOINT || 'https://huggingface.co').replace(/\/$/, '')}/${HUGGING_FACE}`
  return ['train', 'valid', 'test'].map((split): Resource => {
    const name = `${split}.tar.gz`
    const urls = addressesOf(name, [folder], { mirrors })
    // A mirror has no business with the token.
    const isOwn = urls.every((address) => address.startsWith(folder))
    const headers = HF_TOKEN && isOwn ? { authorization: `Bearer ${HF_TOKEN}` } : undefined
    return { name, urls, headers, isArchive: true }
  })
}

async function kaggle({ token, kaggleDataset = KAGGLE, sha256, md5, size }: Choice) {
  const url = kaggleUrl(kaggleDataset)
  const headers = await kaggleCredentials(token)
  if (headers === undefined) {
    throw new DownloadError(
      url,
      'a Kaggle token is needed: set KAGGLE_USERNAME and KAGGLE_KEY, or put kaggle.json into ~/.kaggle',
    )
  }
  const name = `${basename(kaggleDataset)}.zip`
  return { name, urls: [url], headers, isArchive: true, sha256, md5, size }
}
