import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetError } from '../../data/errors.js'

/** The pets of a split, in the order of its list. */
export interface PetList {
  /** The breeds by index. */
  readonly classes: readonly string[]
  readonly images: readonly string[]
  /** The class index of each. */
  readonly breeds: readonly number[]
  /** 0 for cats, 1 for dogs. */
  readonly species: readonly number[]
  readonly masks: readonly string[]
}

/** Reads `annotations/<split>.txt`, whose lines are `name breed species number`, all counted from 1. */
export async function readPets(folder: string, split: string): Promise<PetList> {
  const path = join(folder, 'annotations', `${split}.txt`)
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new DatasetError(`'${path}' could not be read`, path, { cause })
  })
  const rows = text
    .replace(/\r?\n$/, '')
    .split('\n')
    .map((line, i) => {
      const [name, breed, species, number, more] = line.trim().split(/\s+/)
      const isRow = number !== undefined && more === undefined
      if (name && isRow && /^[1-9]\d{0,3}$/.test(breed ?? '') && /^[12]$/.test(species ?? '')) {
        return { name, breed: Number(breed) - 1, species: Number(species) - 1 }
      }
      throw new DatasetError(
        `'${path}' is damaged: line ${i + 1} is not a name and three numbers`,
        path,
      )
    })
  return {
    classes: breedsOf(rows),
    images: rows.map(({ name }) => join(folder, 'images', `${name}.jpg`)),
    breeds: rows.map(({ breed }) => breed),
    species: rows.map(({ species }) => species),
    masks: rows.map(({ name }) => join(folder, 'annotations', 'trimaps', `${name}.png`)),
  }
}

/** The breeds by number, from names of pictures such as `great_pyrenees_12`. */
function breedsOf(rows: readonly { name: string; breed: number }[]): string[] {
  const pairs = new Map<string, [breed: string, index: number]>()
  for (const { name, breed } of rows) {
    const end = name.lastIndexOf('_')
    const raw = end < 0 ? name : name.slice(0, end)
    pairs.set(`${raw} ${breed}`, [raw, breed])
  }
  return [...pairs.values()].sort(([, a], [, b]) => a - b).map(([raw]) => title(raw))
}

/** `great_pyrenees` as `Great Pyrenees`: Python's `str.title` on each part. */
function title(raw: string): string {
  const capital = (word: string) => (word[0] ?? '').toUpperCase() + word.slice(1).toLowerCase()
  return raw
    .split('_')
    .map((part) => part.replace(/\p{L}+/gu, capital))
    .join(' ')
}
