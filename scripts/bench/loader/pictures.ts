// Picture files to read in a benchmark, made of a few small photos.

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import sharp from 'sharp'
import { SeededRandom } from '../../torture/random.js'

/** A set of pictures of one kind. */
export interface PictureSet {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly count: number
  /** Bits per pixel that a camera's picture of this size has at this quality. */
  readonly bits: number
  readonly progressive: boolean
  /** How often all are read in the epoch that is measured: its start and its end cost time, too. */
  readonly repeats: number
}

const small = { bits: 2.05, count: 192, progressive: false, repeats: 40, width: 500, height: 375 }

export const SETS = {
  s500: { ...small, name: '500×375' },
  s224: { ...small, name: '224²', width: 224, height: 224, bits: 2.4 },
  s500p: { ...small, name: '500×375 progressive', progressive: true, repeats: 16 },
  s1600: {
    ...small,
    name: '1600×1200',
    width: 1600,
    height: 1200,
    bits: 1.47,
    count: 48,
    repeats: 16,
  },
} satisfies Record<string, PictureSet>

const QUALITY = 90
/** How near the size of a file comes to what is wanted. */
const TOLERANCE = 0.06
/** Encodings per picture until it does. */
const ATTEMPTS = 8
/** Pictures go into as many folders, as into classes. */
const CLASSES = 2

const PHOTO = /\.jpe?g$/i

/** All JPEG files below a folder, in order. */
function photosIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const photos = names.filter((name) => PHOTO.test(name)).sort()
  if (photos.length === 0) throw new Error(`there is no JPEG file below '${folder}'`)
  return photos.map((name) => path.join(folder, name))
}

/** Values of a normal distribution, far more than a row has. */
function makeGrain(random: SeededRandom): Float32Array {
  const grain = new Float32Array(1 << 16)
  for (let i = 0; i < grain.length; i++) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.next()))
    grain[i] = radius * Math.cos(2 * Math.PI * random.next())
  }
  return grain
}

interface Pixels {
  readonly data: Uint8Array
  readonly width: number
  readonly height: number
}

/** A part of a photo, in another size. */
async function cut(photo: string, set: PictureSet, random: SeededRandom): Promise<Pixels> {
  const { width = 0, height = 0 } = await sharp(photo).metadata()
  const scale = Math.min(width / set.width, height / set.height) * (0.7 + 0.3 * random.next())
  const box = { width: Math.floor(set.width * scale), height: Math.floor(set.height * scale) }
  const left = random.below(width - box.width + 1)
  const top = random.below(height - box.height + 1)
  const data = await sharp(photo)
    .extract({ left, top, ...box })
    .resize(set.width, set.height, { fit: 'fill', kernel: 'lanczos3' })
    .toColourspace('srgb')
    .raw()
    .toBuffer()
  return { data, width: set.width, height: set.height }
}

/** The same with the grain of a film: enlarged photos have too little detail. */
function addGrain(from: Pixels, grain: Float32Array, strength: number, seed: number): Uint8Array {
  const random = new SeededRandom(seed)
  const data = Uint8Array.from(from.data)
  for (let y = 0, i = 0; y < from.height; y++) {
    let at = random.below(grain.length)
    for (let x = 0; x < from.width; x++) {
      const by = strength * (grain[at++ & (grain.length - 1)] as number)
      for (let c = 0; c < 3; c++, i++) {
        data[i] = Math.max(0, Math.min(255, (data[i] as number) + by))
      }
    }
  }
  return data
}

interface Encoded {
  readonly file: Buffer
  readonly strength: number
}

/** Encodes pixels with as much grain as makes the file as large as it should be; `guess` is tried first. */
async function encode(
  from: Pixels,
  set: PictureSet,
  grain: Float32Array,
  seed: number,
  guess: number,
): Promise<Encoded> {
  const wanted = (set.bits * set.width * set.height) / 8
  const raw = { width: set.width, height: set.height, channels: 3 } as const
  const { progressive } = set
  let [low, high] = [0, 2 * guess + 4]
  let strength = guess
  for (let attempt = 1; ; attempt++) {
    const file = await sharp(addGrain(from, grain, strength, seed), { raw })
      .jpeg({ quality: QUALITY, chromaSubsampling: '4:2:0', progressive })
      .toBuffer()
    const ratio = file.length / wanted
    if (Math.abs(ratio - 1) < TOLERANCE || attempt === ATTEMPTS) return { file, strength }
    if (ratio > 1) high = strength
    else low = strength
    strength = (low + high) / 2
  }
}

/** Writes the pictures of a set into folders of their own; the mean size of a file in bytes. */
export async function makePictures(
  folder: string,
  photos: string,
  set: PictureSet,
): Promise<number> {
  const random = new SeededRandom(1)
  const grain = makeGrain(random)
  const from = photosIn(photos)
  for (let label = 0; label < CLASSES; label++) {
    mkdirSync(path.join(folder, `class${label}`), { recursive: true })
  }
  let bytes = 0
  let strength = 10
  for (let i = 0; i < set.count; i++) {
    const pixels = await cut(from[i % from.length] as string, set, random)
    const encoded = await encode(pixels, set, grain, i, strength)
    const name = `${String(i).padStart(4, '0')}.jpg`
    writeFileSync(path.join(folder, `class${i % CLASSES}`, name), encoded.file)
    strength = encoded.strength
    bytes += encoded.file.length
  }
  return bytes / set.count
}
