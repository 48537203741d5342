// Python's pickle, protocols 2 to 4, read as data: a stack machine that builds lists, maps, tuples and numbers, and asks its
// world about everything else. Nothing of the file is ever executed: a global is a token that the world knows, or a refusal.

import { LIMITS, Machine, type PickleWorld, RanOut, Tuple } from './pickle_machine.ts';

/**
 * Reads one pickle from `start`; `end` is the byte after it. Null where the bytes end first. Time and memory are linear in
 * the bytes. Throws WeightsError `corrupt_file`, or `unsupported_format` for other protocols and opcodes; `name` is the file's.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  world: PickleWorld,
  name: string,
): { readonly value: unknown; readonly end: number } | null {
  const machine = new Machine(bytes, start, world, name);
  try {
    return { value: run(machine), end: machine.at };
  } catch (error) {
    if (error instanceof RanOut) return null;
    throw error;
  }
}

function run(machine: Machine): unknown {
  for (let opcodes = 0; opcodes < LIMITS.opcodes; opcodes++) {
    const opcode = machine.byte();
    if (opcode === STOP) return machine.pop();
    const value = VALUES.get(opcode);
    const action = ACTIONS.get(opcode);
    if (value) machine.push(value(machine));
    else if (action) action(machine);
    else throw machine.unread(opcode);
  }
  throw machine.excess('opcodes');
}

const STOP = 0x2e;

/** Opcodes that put a value on the stack. */
const VALUES = new Map<number, (machine: Machine) => unknown>([
  [0x4e, () => null], // NONE
  [0x88, () => true], // NEWTRUE
  [0x89, () => false], // NEWFALSE
  [0x4a, (m) => m.view.getInt32(m.skip(4), true)], // BININT
  [0x4b, (m) => m.byte()], // BININT1
  [0x4d, (m) => m.view.getUint16(m.skip(2), true)], // BININT2
  [0x8a, (m) => m.long(m.byte())], // LONG1
  [0x8b, (m) => m.long(m.size(4))], // LONG4
  [0x49, (m) => m.decimal(m.line())], // INT
  [0x47, (m) => m.view.getFloat64(m.skip(8), false)], // BINFLOAT
  [0x58, (m) => m.text(m.size(4))], // BINUNICODE
  [0x8c, (m) => m.text(m.byte())], // SHORT_BINUNICODE
  [0x8d, (m) => m.text(m.size(8))], // BINUNICODE8
  [0x54, (m) => m.latin1(m.size(4))], // BINSTRING, Python 2's
  [0x55, (m) => m.latin1(m.byte())], // SHORT_BINSTRING
  [0x42, (m) => m.raw(m.size(4))], // BINBYTES
  [0x43, (m) => m.raw(m.byte())], // SHORT_BINBYTES
  [0x5d, () => []], // EMPTY_LIST
  [0x8f, () => []], // EMPTY_SET: nothing here asks whether something is in it
  [0x6c, (m) => m.popMark()], // LIST
  [0x7d, () => new Map()], // EMPTY_DICT
  [0x64, (m) => m.setItems(new Map(), m.popMark())], // DICT
  [0x29, () => new Tuple([])], // EMPTY_TUPLE
  [0x85, (m) => new Tuple(m.popSome(1))], // TUPLE1
  [0x86, (m) => new Tuple(m.popSome(2))], // TUPLE2
  [0x87, (m) => new Tuple(m.popSome(3))], // TUPLE3
  [0x74, (m) => new Tuple(m.popMark())], // TUPLE
  [0x63, (m) => m.world.global(m.line(), m.line())], // GLOBAL
  [0x93, (m) => m.stackGlobal()], // STACK_GLOBAL
  [0x52, (m) => m.call()], // REDUCE
  [0x81, (m) => m.call()], // NEWOBJ
  [0x51, (m) => m.world.persistent(m.pop())], // BINPERSID
  [0x68, (m) => m.recall(m.byte())], // BINGET
  [0x6a, (m) => m.recall(m.size(4))], // LONG_BINGET
]);

/** Opcodes that do something with what is there. */
const ACTIONS = new Map<number, (machine: Machine) => void>([
  [0x80, (m) => m.protocol(m.byte())], // PROTO
  [0x95, (m) => m.frame(m.size(8))], // FRAME
  [0x28, (m) => m.mark()], // MARK
  [0x30, (m) => m.drop()], // POP
  [0x31, (m) => m.dropMark()], // POP_MARK
  [0x61, (m) => m.append(m.popSome(1))], // APPEND
  [0x65, (m) => m.append(m.popMark())], // APPENDS
  [0x90, (m) => m.append(m.popMark())], // ADDITEMS
  [0x73, (m) => m.setTop(m.popSome(2))], // SETITEM
  [0x75, (m) => m.setTop(m.popMark())], // SETITEMS
  [0x62, (m) => m.build()], // BUILD
  [0x71, (m) => m.remember(m.byte())], // BINPUT
  [0x72, (m) => m.remember(m.size(4))], // LONG_BINPUT
  [0x94, (m) => m.rememberNext()], // MEMOIZE
]);
