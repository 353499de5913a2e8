/*
 * As much of WebAssembly's binary format (core specification 2.0, chapter 5) as the kernels need: functions on
 * a shared memory that is imported.
 */

/** Instructions, as the bytes that they are. */
export type Code = readonly number[];

export type ValueType = 'i32' | 'v128';

/** A function whose parameters are i32; they come first among its locals. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  /** How many i32 it gives back. */
  readonly results: 0 | 1;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, v128: 0x7b };
const END = 0x0b;
const NO_RESULT = 0x40;

/** Unsigned LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128. */
function signed(value: number): Code {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const isLast = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(isLast ? low : low | 0x80);
    if (isLast) {
      return bytes;
    }
  }
}

/** An access with a constant offset; of any alignment. */
const access =
  (...operation: number[]) =>
  (offset = 0): Code => [...operation, 0, ...unsigned(offset)];

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number): Code => [0x21, ...unsigned(local)];
export const tee = (local: number): Code => [0x22, ...unsigned(local)];
export const constant = (value: number): Code => [0x41, ...signed(value)];
export const add: Code = [0x6a];
export const subtract: Code = [0x6b];
export const multiply: Code = [0x6c];
export const shiftLeft: Code = [0x74];
export const lessUnsigned: Code = [0x49];
export const loadInteger = access(0x28);
export const loadByte = access(0x2d);
export const storeInteger = access(0x36);
/** Two float64 at once. */
export const loadPair = access(0xfd, 0x00);
export const storePair = access(0xfd, 0x0b);
export const addPairs: Code = [0xfd, 0xf0, 0x01];
export const subtractPairs: Code = [0xfd, 0xf1, 0x01];

/** Copies bytes: to an address, from an address, how many. */
export const copyMemory: Code = [0xfc, 0x0a, 0, 0];

/** Runs `body` again as long as `condition` holds after it. */
export const repeatWhile = (condition: Code, body: Code): Code => [
  ...[0x03, NO_RESULT],
  ...body,
  ...condition,
  ...[0x0d, 0],
  END
];

/** Most pages of a memory. */
const MOST_PAGES = 65_536;

/** A module of these functions, all exported, over the shared memory of any size that it imports as `env.memory`. */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const integers = (count: number): Code => list(Array.from({ length: count }, () => [TYPES.i32]));
  const types = functions.map(({ parameters, results }) => [0x60, ...integers(parameters), ...integers(results)]);
  const memory = [...text('env'), ...text('memory'), 0x02, 0x03, 0, ...unsigned(MOST_PAGES)];
  const exported = functions.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)]);
  const code = functions.map(({ locals, body }) => {
    const own = [...list(locals.map(type => [1, TYPES[type]])), ...body, END];
    return [...unsigned(own.length), ...own];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, list(types)),
    ...section(2, list([memory])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(exported)),
    ...section(10, list(code))
  ]);
}

function section(id: number, content: Code): Code {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): Code {
  const bytes = Array.from(new TextEncoder().encode(value));
  return [...unsigned(bytes.length), ...bytes];
}
