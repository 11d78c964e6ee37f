// The restricted pickle machine: what it refuses, and what it makes of the values in between.
import test from 'ava'
import { Cursor } from '../../lib/checkpoint/cursor.js'
import { CheckpointError, refuse } from '../../lib/checkpoint/error.js'
import { unpickle } from '../../lib/checkpoint/pickle.js'
import { MemorySource } from '../../lib/checkpoint/source.js'
import { OrderedDict, PickledObject, replaceValues } from '../../lib/checkpoint/values.js'

/** Reads pickle bytes; tuples come frozen. */
function read(bytes: Uint8Array | string, allow: readonly string[] = []): unknown {
  const buffer = typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
  const cursor = new Cursor(new MemorySource(buffer), 0, buffer.length)
  const host = { persistent: () => refuse('no storages'), allow: new Set(allow) }
  const { value, tuples } = unpickle(cursor, host)
  return replaceValues(value, tuples, (part) => part)
}

const refused = (message: RegExp) => ({ instanceOf: CheckpointError, message })

test('integers keep their value to any size', (t) => {
  t.is(read('\x80\x02K\xff.'), 255)
  t.is(read('\x80\x02J\xff\xff\xff\xff.'), -1)
  t.is(read('\x80\x02\x8a\x00.'), 0)
  t.is(read('\x80\x02\x8a\x05\x00\x00\x00\x00\x01.'), 2 ** 32)
  t.is(read('\x80\x02\x8a\x01\x80.'), -128)
  t.is(read(`\x80\x02\x8a\x09${'\0'.repeat(8)}\x01.`), 2n ** 64n)
})

test('text of Python 2 and 3, bytes and floats', (t) => {
  t.is(read('\x80\x02U\x02hi.'), 'hi')
  t.is(read('\x80\x04\x8c\x04\xf0\x9f\x90\x9d.'), '🐝')
  t.deepEqual(read('\x80\x03C\x02\x00\xff.'), new Uint8Array([0, 255]))
  t.is(read('\x80\x02G\xbf\xe0\0\0\0\0\0\0.'), -0.5)
})

test('dicts keep the order and the type of their keys', (t) => {
  const dict = read('\x80\x02}(U\x012K\x01K\x01K\x02U\x01aNK\x01K\x03u.') as Map<unknown, unknown>
  t.deepEqual(
    [...dict],
    [
      ['2', 1],
      [1, 3],
      ['a', null],
    ],
  )
})

test('a tuple of hashable values is a key, a list and a tuple of lists are not', (t) => {
  const dict = read('\x80\x02}K\x01K\x02\x86Ns.') as Map<unknown, unknown>
  t.deepEqual([...dict.keys()], [[1, 2]])
  t.true(Object.isFrozen([...dict.keys()][0]))
  t.throws(() => read('\x80\x02}]Ns.'), refused(/dict key/))
  t.throws(() => read('\x80\x02}]\x85Ns.'), refused(/dict key/))
})

test('values that occur twice stay one value, and cycles stay cycles', (t) => {
  const twice = read('\x80\x02]q\x00h\x00\x86.') as unknown[]
  t.is(twice[0], twice[1])
  const cycle = read('\x80\x02]q\x00h\x00a.') as unknown[]
  t.is(cycle[0], cycle)
})

test('an OrderedDict keeps its metadata', (t) => {
  const dict = read('\x80\x02ccollections\nOrderedDict\n)RU\x01aK\x01s}U\x09_metadataU\x01msb.')
  t.true(dict instanceof OrderedDict)
  t.is((dict as OrderedDict).metadata, 'm')
  t.is((dict as OrderedDict).get('a'), 1)
})

test('sets, counters, sizes, devices, dtypes and byte arrays', (t) => {
  t.deepEqual(read('\x80\x02c__builtin__\nset\n](K\x01K\x02e\x85R.'), new Set([1, 2]))
  t.deepEqual(read('\x80\x04\x8f(K\x01\x90.'), new Set([1]))
  t.deepEqual(read('\x80\x02ccollections\nCounter\n}K\x05K\x02s\x85R.'), new Map([[5, 2]]))
  t.deepEqual(read('\x80\x02ctorch\nSize\nK\x02K\x03\x86\x85R.'), [2, 3])
  t.is(read('\x80\x02ctorch\ndevice\nU\x04cudaK\x01\x86R.'), 'cuda:1')
  t.is(read('\x80\x02ctorch\nbfloat16\n.'), 'bfloat16')
  const text = '\x80\x02c_codecs\nencode\nX\x03\x00\x00\x00a\xc3\xbfU\x06latin1\x86R.'
  t.deepEqual(read(text), new Uint8Array([97, 255]))
})

test('every global outside the list is refused by its name, however it is written', (t) => {
  const name = /os\.system/
  t.throws(() => read('\x80\x02cos\nsystem\nU\x02ls\x85R.'), refused(name))
  t.throws(() => read('\x80\x04\x8c\x02os\x8c\x06system\x93.'), refused(name))
  t.throws(() => read('\x80\x02(S"ls"\nios\nsystem\n.'), refused(/opcode 0x53/))
  t.throws(() => read('\x80\x02(ios\nsystem\n.'), refused(name))
  t.throws(() => read('\x80\x04\x8c\x05torch\x8c\x09os.system\x93.'), refused(/torch\.os\.system/))
})

test('names of JavaScript lead nowhere', (t) => {
  for (const module of ['constructor', '__proto__', 'toString']) {
    t.throws(() => read(`\x80\x02c${module}\nconstructor\n.`), refused(/is not allowed/))
    t.throws(() => read(`\x80\x02ctorch\n${module}\n.`), refused(/is not allowed/))
  }
})

test('a global that the user allows comes as data', (t) => {
  const bytes = '\x80\x02cargparse\nNamespace\n)\x81}U\x02lrK\x01sb.'
  t.throws(() => read(bytes), refused(/allow: \["argparse\.Namespace"\]/))
  const object = read(bytes, ['argparse.Namespace']) as PickledObject
  t.true(object instanceof PickledObject)
  t.is(object.global, 'argparse.Namespace')
  t.deepEqual(object.args, [])
  t.deepEqual(object.state, new Map([['lr', 1]]))
})

test('an allowed global changes nothing for the others', (t) => {
  t.throws(() => read('\x80\x02cos\nsystem\n)R.', ['os.path']), refused(/os\.system/))
})

test('the stack cannot be emptied below a mark', (t) => {
  t.throws(() => read('\x80\x02K\x01(0.'), refused(/runs empty/))
  t.throws(() => read('\x80\x02K\x01(\x85.'), refused(/runs empty/))
  t.throws(() => read('\x80\x02t.'), refused(/lacks a mark/))
})

test('lengths beyond the end are refused before anything is allocated', (t) => {
  for (const bytes of ['X\xff\xff\xff\x7f', 'B\xff\xff\xff\xff', `\x8e${'\xff'.repeat(8)}`]) {
    t.throws(() => read(`\x80\x04${bytes}a.`), refused(/ends early/))
  }
})

test('depth does not matter', (t) => {
  const depth = 200_000
  let value = read(Buffer.from(`\x80\x02${']'.repeat(depth)}${'a'.repeat(depth - 1)}.`, 'latin1'))
  let levels = 0
  for (; Array.isArray(value); value = value[0]) levels++
  t.is(levels, depth)
})

test('the number of containers is limited', (t) => {
  const many = Buffer.alloc(5_000_000, '0]')
  many.fill(']0')
  const bytes = Buffer.concat([Buffer.from('\x80\x02', 'latin1'), many, many, Buffer.from('N.')])
  t.throws(() => read(bytes), refused(/more than 4194304 lists/))
})

test('an error in a tensor names its entry', (t) => {
  const bytes = '\x80\x02}U\x04convctorch._utils\n_rebuild_tensor_v2\n)Rs.'
  t.throws(() => read(bytes), refused(/entry "conv": _rebuild_tensor_v2 has 0 arguments/))
})
