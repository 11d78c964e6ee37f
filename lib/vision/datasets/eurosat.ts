import { join } from 'node:path'
import type { Tensor } from '../../torch/tensor.js'
import { type ImageFolder, imageFolder } from './folder.js'
import { checkFoldersOptions, type KnownFoldersOptions } from './known-folders.js'
import { addressesOf, folderOf, obtain } from './obtain.js'

/** Options of {@link eurosat}. */
export type EurosatOptions<X = Tensor, Y = number> = KnownFoldersOptions<X, Y>

const FOLDER =
  'https://huggingface.co/datasets/torchgeo/eurosat/resolve/c877bcd43f099cd0196738f714544e355477f3fd'

/**
 * 27,000 pictures of land from a satellite in ten kinds, 64 × 64, not divided into splits (torchvision
 * `EuroSAT`, R torchvision `eurosat_dataset`), in `root/eurosat/2750`. The download has 94 MB.
 *
 * @throws {@link DatasetError} with the path when a folder is missing or empty; DownloadError, ArchiveError
 */
export async function eurosat<X = Tensor, Y = number>(
  root: string | URL,
  options?: EurosatOptions<X, Y>,
): Promise<ImageFolder<X, Y>> {
  const where = 'datasets.eurosat'
  const folder = join(folderOf(where, root), 'eurosat')
  const settings = checkFoldersOptions(where, options)
  const name = 'EuroSAT.zip'
  const urls = addressesOf(name, [FOLDER], settings)
  const resources = [{ name, urls, md5: 'c8fa014336c82ac7804f0398fcb19387', isArchive: true }]
  await obtain(where, { folder, needed: ['2750'], resources }, settings)
  const { download, mirrors, progress, signal, ...images } = settings
  return imageFolder(join(folder, '2750'), images)
}
