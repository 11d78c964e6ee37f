import type { Cursor } from './cursor.js'
import { quote, refuse } from './error.js'
import { type PickleHost, PickleMachine } from './pickle-machine.js'
import { OP, REFUSED_OPCODES } from './pickle-opcodes.js'

export type { PickleHost } from './pickle-machine.js'

/** The value of a pickle. */
export interface Unpickled {
  readonly value: unknown
  /** Which of its arrays are Python tuples. */
  readonly tuples: ReadonlySet<object>
}

/**
 * Reads one pickle of protocol 2 to 5. Nothing in it can run code.
 *
 * @throws CheckpointError for damaged input, and for any other global, which it names
 */
export function unpickle(cursor: Cursor, host: PickleHost): Unpickled {
  const vm = new PickleMachine(cursor, host)
  for (let opcode = cursor.byte(); opcode !== OP.STOP; opcode = cursor.byte()) {
    const step = STEPS[opcode]
    if (step === undefined) refuseOpcode(opcode, cursor)
    step(vm)
  }
  return { value: vm.stack.pop(), tuples: vm.tuples }
}

function refuseOpcode(opcode: number, cursor: Cursor): never {
  const name = REFUSED_OPCODES[opcode]
  if (name === 'INST') {
    refuse(`calls ${quote(`${cursor.line()}.${cursor.line()}`)} by the opcode INST`)
  }
  refuse(
    name === undefined
      ? `holds the unknown pickle opcode 0x${opcode.toString(16).padStart(2, '0')}`
      : `holds the pickle opcode ${name}, which state dicts never need`,
  )
}

/** What each opcode does. */
const STEPS: Readonly<Record<number, (vm: PickleMachine) => unknown>> = {
  [OP.PROTO]: (vm) => vm.protocol(vm.cursor.byte()),
  [OP.FRAME]: (vm) => vm.frame(vm.cursor.uint64()),
  [OP.MARK]: ({ stack }) => stack.mark(),
  [OP.POP]: ({ stack }) => stack.pop(),
  [OP.POP_MARK]: ({ stack }) => stack.popToMark(),

  [OP.NONE]: ({ stack }) => stack.push(null),
  [OP.NEWTRUE]: ({ stack }) => stack.push(true),
  [OP.NEWFALSE]: ({ stack }) => stack.push(false),
  [OP.BININT]: ({ cursor, stack }) => stack.push(cursor.int32()),
  [OP.BININT1]: ({ cursor, stack }) => stack.push(cursor.byte()),
  [OP.BININT2]: ({ cursor, stack }) => stack.push(cursor.uint16()),
  [OP.LONG1]: (vm) => vm.stack.push(vm.long(vm.cursor.byte())),
  [OP.LONG4]: (vm) => vm.stack.push(vm.long(vm.cursor.int32())),
  [OP.BINFLOAT]: ({ cursor, stack }) => stack.push(cursor.float64BigEndian()),

  // The two STRINGs are the str of Python 2.
  [OP.SHORT_BINSTRING]: ({ cursor, stack }) => stack.push(cursor.text(cursor.byte())),
  [OP.SHORT_BINUNICODE]: ({ cursor, stack }) => stack.push(cursor.text(cursor.byte())),
  [OP.BINSTRING]: ({ cursor, stack }) => stack.push(cursor.text(cursor.uint32())),
  [OP.BINUNICODE]: ({ cursor, stack }) => stack.push(cursor.text(cursor.uint32())),
  [OP.BINUNICODE8]: ({ cursor, stack }) => stack.push(cursor.text(Number(cursor.uint64()))),
  [OP.SHORT_BINBYTES]: (vm) => vm.stack.push(vm.bytes(vm.cursor.byte())),
  [OP.BINBYTES]: (vm) => vm.stack.push(vm.bytes(vm.cursor.uint32())),
  [OP.BINBYTES8]: (vm) => vm.stack.push(vm.bytes(Number(vm.cursor.uint64()))),
  [OP.BYTEARRAY8]: (vm) => vm.stack.push(vm.bytes(Number(vm.cursor.uint64()))),

  [OP.EMPTY_TUPLE]: (vm) => vm.stack.push(vm.emptyTuple),
  [OP.TUPLE1]: (vm) => vm.stack.push(vm.tuple(vm.stack.popSome(1))),
  [OP.TUPLE2]: (vm) => vm.stack.push(vm.tuple(vm.stack.popSome(2))),
  [OP.TUPLE3]: (vm) => vm.stack.push(vm.tuple(vm.stack.popSome(3))),
  [OP.TUPLE]: (vm) => vm.stack.push(vm.tuple(vm.stack.popToMark())),
  [OP.EMPTY_LIST]: (vm) => vm.stack.push(vm.counted([])),
  [OP.APPEND]: (vm) => vm.append([vm.stack.pop()]),
  [OP.APPENDS]: (vm) => vm.append(vm.stack.popToMark()),
  [OP.EMPTY_DICT]: (vm) => vm.stack.push(vm.counted(new Map())),
  [OP.SETITEM]: (vm) => vm.setItems(vm.stack.popSome(2)),
  [OP.SETITEMS]: (vm) => vm.setItems(vm.stack.popToMark()),
  [OP.EMPTY_SET]: (vm) => vm.stack.push(vm.counted(new Set())),
  [OP.ADDITEMS]: (vm) => vm.addItems(vm.stack.popToMark()),

  [OP.BINGET]: ({ cursor, stack, memo }) => stack.push(memo.recall(cursor.byte())),
  [OP.LONG_BINGET]: ({ cursor, stack, memo }) => stack.push(memo.recall(cursor.uint32())),
  [OP.BINPUT]: ({ cursor, stack, memo }) => memo.store(cursor.byte(), stack.top()),
  [OP.LONG_BINPUT]: ({ cursor, stack, memo }) => memo.store(cursor.uint32(), stack.top()),
  [OP.MEMOIZE]: ({ stack, memo }) => memo.store(memo.size, stack.top()),

  [OP.GLOBAL]: (vm) => vm.stack.push(vm.global(vm.cursor.line(), vm.cursor.line())),
  [OP.STACK_GLOBAL]: (vm) => vm.stackGlobal(vm.stack.popSome(2)),
  [OP.REDUCE]: (vm) => vm.reduce(vm.stack.popSome(2)),
  [OP.NEWOBJ]: (vm) => vm.reduce(vm.stack.popSome(2)),
  [OP.BUILD]: (vm) => vm.build(vm.stack.pop()),
  [OP.BINPERSID]: (vm) => vm.stack.push(vm.host.persistent(vm.stack.pop())),
}
