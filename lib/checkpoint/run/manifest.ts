import { open, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import { isPlainObject } from '../../check.js'
import { quote, refuse } from '../error.js'

/** The file that describes a checkpoint. */
export const MANIFEST = 'checkpoint.json'

/** Size and checksum of a file. */
export interface FileSum {
  readonly bytes: number
  /** CRC-32, as eight hexadecimal digits. */
  readonly crc32: string
}

/** What a checkpoint says of itself. */
export interface Manifest {
  readonly version: 1
  readonly step: number | null
  readonly metric: number | null
  /** ISO 8601. */
  readonly savedAt: string
  /** The parts, and of those that are several their names. */
  readonly parts: Readonly<Record<string, true | readonly string[]>>
  readonly files: Readonly<Record<string, FileSum>>
}

export const hex = (crc: number): string => crc.toString(16).padStart(8, '0')

const sumOf = (manifest: unknown): string => hex(crc32(Buffer.from(JSON.stringify(manifest))))

/** The manifest as text, with a checksum of its own. */
export const manifestText = (manifest: Manifest): Uint8Array =>
  Buffer.from(`${JSON.stringify({ checkpoint: manifest, crc32: sumOf(manifest) }, undefined, 2)}\n`)

/** Reads the manifest of a checkpoint. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(path.join(folder, MANIFEST), 'utf8')
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    refuse(`has a damaged ${MANIFEST}`)
  }
  const manifest = isPlainObject(parsed) ? parsed.checkpoint : undefined
  if (!isPlainObject(manifest) || (parsed as { crc32?: unknown }).crc32 !== sumOf(manifest)) {
    refuse(`has a damaged ${MANIFEST}`)
  }
  if (manifest.version !== 1) {
    refuse(`is a checkpoint of version ${String(manifest.version)}; this library reads version 1`)
  }
  return manifest as unknown as Manifest
}

const PIECE = 1 << 20

/** Compares size and checksum of every file with what the manifest says. */
export async function verifyFiles(folder: string, manifest: Manifest): Promise<void> {
  for (const [name, { bytes, crc32: expected }] of Object.entries(manifest.files)) {
    const file = path.join(folder, name)
    const { size } = await stat(file)
    if (size !== bytes) refuse(`has ${size} bytes in ${quote(name)} instead of ${bytes}`)
    if (hex(await checksumOf(file)) !== expected) refuse(`has a damaged ${quote(name)}`)
  }
}

async function checksumOf(file: string): Promise<number> {
  const handle = await open(file, 'r')
  try {
    const buffer = new Uint8Array(PIECE)
    let crc = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, PIECE)
      if (bytesRead === 0) return crc
      crc = crc32(buffer.subarray(0, bytesRead), crc)
    }
  } finally {
    await handle.close()
  }
}
