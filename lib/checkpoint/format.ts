import { refuse } from './error.js'
import type { ByteSource } from './source.js'

/** A file format that this library reads. */
export type CheckpointFormat = 'zip' | 'legacy' | 'safetensors'

const TAR_MAGIC_OFFSET = 257

/** Tells by its first bytes what a file is, whatever its name says. */
export function detectFormat(source: ByteSource): CheckpointFormat {
  if (source.size === 0) refuse('is empty')
  const head = Buffer.from(source.read(0, Math.min(source.size, 512)))
  const begins = (text: string): boolean =>
    head.subarray(0, text.length).toString('latin1') === text
  if (begins('PK\x03\x04') || begins('PK\x05\x06')) return 'zip'
  if (head.subarray(TAR_MAGIC_OFFSET, TAR_MAGIC_OFFSET + 5).toString('latin1') === 'ustar') {
    refuse(
      'is a checkpoint in the tar format of PyTorch before 0.1.10, which is not read; ' +
        'load it in Python and save it again with torch.save',
    )
  }
  if (head[0] === 0x80) return 'legacy'
  // After safetensors' header length comes the header, a JSON object.
  if (head[8] === 0x7b && head.readBigUInt64LE(0) <= BigInt(source.size - 8)) return 'safetensors'
  if (begins('\x1f\x8b')) refuse('is compressed with gzip; unpack it first')
  if (begins('version https://git-lfs')) {
    refuse('is a Git LFS pointer, not the weights; fetch them with git lfs pull')
  }
  if (/^\s*</.test(head.toString('latin1'))) refuse('is an HTML or XML page, perhaps an error page')
  refuse('is neither a PyTorch checkpoint nor a safetensors file')
}
