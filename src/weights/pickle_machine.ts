// The stack machine of Python's pickle: what its opcodes do to the stack and the memo, within limits.

import { WeightsError } from '../runtime/errors.ts';

/** A tuple, told apart from a list, which is an array. A dict is a Map. */
export class Tuple {
  readonly items: readonly unknown[];

  constructor(items: readonly unknown[]) {
    this.items = items;
  }
}

/** What a pickle may mention. Every method throws WeightsError for what is not allowed. */
export interface PickleWorld {
  /** The token for `module.name`; it has no meaning to the machine. */
  global(module: string, name: string): unknown;
  /** What a call of a token gives. */
  call(callee: unknown, args: readonly unknown[]): unknown;
  /** Gives an object its state. */
  build(object: unknown, state: unknown): void;
  persistent(id: unknown): unknown;
}

/** Beyond these a file is refused: a training checkpoint of the largest model stays far below each. */
export const LIMITS = {
  opcodes: 1_000_000,
  stack: 200_000,
  memo: 500_000,
  marks: 200,
  longBytes: 255,
  lineBytes: 1000,
};

/** Thrown where the bytes end inside a pickle. */
export class RanOut extends Error {}

/** The machine at work on one pickle; `pickle.ts` says which opcode does what. */
export class Machine {
  at: number;
  readonly #bytes: Uint8Array;
  readonly view: DataView;
  readonly world: PickleWorld;
  readonly #name: string;
  readonly #stack: unknown[] = [];
  /** Where in the stack each open MARK stands. */
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(bytes: Uint8Array, start: number, world: PickleWorld, name: string) {
    this.at = start;
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.world = world;
    this.#name = name;
  }

  unread(opcode: number): WeightsError {
    const where = `opcode 0x${opcode.toString(16)} at byte ${this.at - 1}`;
    return new WeightsError('unsupported_format', `${this.#name}: its pickle has ${where}, which is not read`);
  }

  protocol(version: number): void {
    if (version >= 2 && version <= 4) return;
    throw new WeightsError('unsupported_format', `${this.#name}: pickle protocol ${version}; read are 2 to 4`);
  }

  /** A frame is a hint to readers of streams; here it says only that the bytes go on. */
  frame(length: number): void {
    if (length > this.#bytes.length - this.at) throw new RanOut();
  }

  drop(): void {
    this.pop();
  }

  dropMark(): void {
    this.popMark();
  }

  /** Moves on by `count` bytes and returns where they begin. */
  skip(count: number): number {
    const start = this.at;
    if (count > this.#bytes.length - start) throw new RanOut();
    this.at = start + count;
    return start;
  }

  byte(): number {
    return this.#bytes[this.skip(1)]!;
  }

  size(width: 4 | 8): number {
    const at = this.skip(width);
    const high = width === 8 ? this.view.getUint32(at + 4, true) : 0;
    return high * 2 ** 32 + this.view.getUint32(at, true);
  }

  raw(length: number): Uint8Array {
    const start = this.skip(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(length: number): string {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.raw(length));
    } catch (cause) {
      if (cause instanceof TypeError) throw this.corrupt('has text that is not UTF-8');
      throw cause;
    }
  }

  /** Not TextDecoder's latin1, which is windows-1252. */
  latin1(length: number): string {
    return Array.from(this.raw(length), (code) => String.fromCharCode(code)).join('');
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    const length = (end < 0 ? this.#bytes.length : end) - this.at;
    if (length > LIMITS.lineBytes) throw this.corrupt(`has a line of more than ${LIMITS.lineBytes} bytes`);
    if (end < 0) throw new RanOut();
    const line = this.text(length);
    this.at++;
    return line;
  }

  decimal(line: string): number | boolean {
    if (line === '00' || line === '01') return line === '01';
    const value = Number(line);
    if (!/^-?\d+$/.test(line) || !Number.isSafeInteger(value)) throw this.corrupt('has a number that is none');
    return value;
  }

  long(length: number): number | bigint {
    if (length > LIMITS.longBytes) throw this.corrupt(`has an integer of ${length} bytes`);
    let value = 0n;
    for (const byte of this.raw(length).toReversed()) value = value * 256n + BigInt(byte);
    if (length > 0) value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  push(value: unknown): void {
    if (this.#stack.length === LIMITS.stack) throw this.excess('stack');
    this.#stack.push(value);
  }

  pop(): unknown {
    return this.popSome(1)[0];
  }

  top(): unknown {
    const value = this.pop();
    this.#stack.push(value);
    return value;
  }

  popSome(count: number): unknown[] {
    const start = this.#stack.length - count;
    if (start < (this.#marks.at(-1) ?? 0)) throw this.corrupt('takes more from its stack than is there');
    return this.#stack.splice(start);
  }

  popMark(): unknown[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.corrupt('has an end of a list without its start');
    return this.#stack.splice(mark);
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.corrupt('appends to what is no list');
    for (const item of items) list.push(item);
  }

  setTop(items: readonly unknown[]): void {
    const map = this.top();
    if (!(map instanceof Map)) throw this.corrupt('sets an item of what is no dict');
    this.setItems(map, items);
  }

  setItems(map: Map<unknown, unknown>, items: readonly unknown[]): Map<unknown, unknown> {
    if (items.length % 2 !== 0) throw this.corrupt('has a key without a value');
    for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
    return map;
  }

  remember(key: number): void {
    if (this.#memo.size === LIMITS.memo) throw this.excess('memo');
    this.#memo.set(key, this.top());
  }

  /** MEMOIZE counts for itself. */
  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(key: number): unknown {
    if (!this.#memo.has(key)) throw this.corrupt(`recalls ${key}, which it never stored`);
    return this.#memo.get(key);
  }

  mark(): void {
    if (this.#marks.length === LIMITS.marks) throw this.excess('marks');
    this.#marks.push(this.#stack.length);
  }

  stackGlobal(): unknown {
    const [module, name] = this.popSome(2);
    if (typeof module !== 'string' || typeof name !== 'string') throw this.corrupt('names a global by no text');
    return this.world.global(module, name);
  }

  call(): unknown {
    const [callee, args] = this.popSome(2);
    if (!(args instanceof Tuple)) throw this.corrupt('calls with no tuple of arguments');
    return this.world.call(callee, args.items);
  }

  build(): void {
    const state = this.pop();
    this.world.build(this.top(), state);
  }

  corrupt(text: string): WeightsError {
    return new WeightsError('corrupt_file', `${this.#name}: its pickle ${text} (byte ${this.at})`);
  }

  excess(what: 'opcodes' | 'stack' | 'memo' | 'marks'): WeightsError {
    return new WeightsError('corrupt_file', `${this.#name}: its pickle passes the limit of ${LIMITS[what]} (${what})`);
  }
}
