import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import type { ExecutionContext } from 'ava'

/** A temporary folder that is deleted after the test. */
export function temporaryFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'node-libtorch-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Writes files given as `{ 'a/b.txt': 'text' }`. */
export function writeTree(folder: string, files: Record<string, string>): string {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  return folder
}

/** The files by which a libtorch is recognised; `pack` puts them into a wheel or an archive. */
export function libtorchFiles(
  version = '2.13.0',
  label = `${version}+cpu`,
): Record<string, string> {
  const [major, minor, patch] = version.split('.')
  const library = process.platform === 'darwin' ? 'libtorch_cpu.dylib' : 'libtorch_cpu.so'
  return {
    'include/ATen/ATen.h': '',
    'include/torch/headeronly/version.h': `#define TORCH_VERSION_MAJOR ${major}
/* between */
#define TORCH_VERSION_MINOR ${minor}
#define TORCH_VERSION_PATCH ${patch}
`,
    [`lib/${library}`]: 'library',
    'version.py': `__version__ = '${label}'\ncuda: Optional[str] = None\n`,
  }
}

export interface ZipFile {
  name: string
  data: Buffer | string
  store?: boolean
  mode?: number
  /** Writes the sizes and the offset in the 64-bit extra field, as for files beyond 4 GB. */
  zip64?: boolean
  /** Announces these instead of the true values. */
  crc?: number
  size?: number
}

/** Builds a zip file, so that tests can also build wrong ones. */
export function makeZip(files: ZipFile[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const file of files) {
    const data = Buffer.from(file.data)
    const packed = file.store ? data : deflateRawSync(data)
    const name = Buffer.from(file.name)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(name.length, 26)
    const extra = Buffer.alloc(file.zip64 ? 28 : 0)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE(file.store ? 0 : 8, 10)
    central.writeUInt32LE(file.crc ?? crc32(data), 16)
    const numbers = [packed.length, file.size ?? data.length, offset] as const
    if (file.zip64) {
      extra.writeUInt16LE(1, 0)
      extra.writeUInt16LE(24, 2)
      extra.writeBigUInt64LE(BigInt(numbers[1]), 4)
      extra.writeBigUInt64LE(BigInt(numbers[0]), 12)
      extra.writeBigUInt64LE(BigInt(numbers[2]), 20)
    }
    const shown = file.zip64 ? [0xffffffff, 0xffffffff, 0xffffffff] : numbers
    central.writeUInt32LE(shown[0] as number, 20)
    central.writeUInt32LE(shown[1] as number, 24)
    central.writeUInt16LE(name.length, 28)
    central.writeUInt16LE(extra.length, 30)
    central.writeUInt32LE(((file.mode ?? 0o100644) << 16) >>> 0, 38)
    central.writeUInt32LE(shown[2] as number, 42)
    directory.push(central, name, extra)
    bodies.push(local, name, packed)
    offset += 30 + name.length + packed.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(files.length, 10)
  end.writeUInt32LE(listing.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...bodies, listing, end])
}
