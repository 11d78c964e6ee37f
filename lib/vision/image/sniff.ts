// What a file is, told from its first bytes: names of files lie.

/** The formats that can be decoded. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'webp' | 'tiff' | 'avif'

type Signature<F> = readonly [format: F, ...parts: (readonly [offset: number, bytes: string])[]]

const DECODABLE: readonly Signature<ImageFormat>[] = [
  ['jpeg', [0, '\xff\xd8\xff']],
  ['png', [0, '\x89PNG\r\n\x1a\n']],
  ['gif', [0, 'GIF87a']],
  ['gif', [0, 'GIF89a']],
  ['webp', [0, 'RIFF'], [8, 'WEBP']],
  ['tiff', [0, 'II*\0']],
  ['tiff', [0, 'MM\0*']],
  ['tiff', [0, 'II+\0']],
  ['tiff', [0, 'MM\0+']],
  ['avif', [4, 'ftypavif']],
  ['avif', [4, 'ftypavis']],
  ['avif', [4, 'ftypmif1']],
]

const OTHER: readonly Signature<string>[] = [
  ['a BMP picture', [0, 'BM']],
  ['a PPM or PGM picture', [0, 'P2']],
  ['a PPM or PGM picture', [0, 'P3']],
  ['a PPM or PGM picture', [0, 'P5']],
  ['a PPM or PGM picture', [0, 'P6']],
  ['a HEIC picture', [4, 'ftyphei']],
  ['a JPEG 2000 picture', [4, 'jP  ']],
  ['an SVG, HTML or XML document', [0, '<']],
  ['a PDF document', [0, '%PDF']],
  ['a zip archive', [0, 'PK\x03\x04']],
]

const HEAD = 16

function find<F>(head: string, signatures: readonly Signature<F>[]): F | undefined {
  return signatures.find(([, ...parts]) =>
    parts.every(([offset, bytes]) => head.startsWith(bytes, offset)),
  )?.[0]
}

/** The format of an image file, or, when it cannot be decoded, what it is instead. */
export function sniff(bytes: Uint8Array): { format: ImageFormat } | { instead: string } {
  if (bytes.byteLength === 0) return { instead: 'an empty file' }
  const head = String.fromCharCode(...bytes.subarray(0, HEAD))
  const format = find(head, DECODABLE)
  if (format !== undefined) return { format }
  const other = find(head, OTHER)
  if (other !== undefined) return { instead: other }
  const text = /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(head)
  return { instead: text ? 'a text file' : 'a file of an unknown format' }
}
