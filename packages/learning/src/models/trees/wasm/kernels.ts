import { BINS } from '../histogram.js';
import {
  add,
  addPairs,
  assemble,
  constant,
  copyMemory,
  get,
  lessUnsigned,
  loadByte,
  loadInteger,
  loadPair,
  multiply,
  repeatWhile,
  set,
  shiftLeft,
  storeInteger,
  storePair,
  subtract,
  subtractPairs,
  tee,
  type WasmFunction
} from './assembler.js';

/** Bytes of a sum of a histogram: two float64. */
const PAIR_BYTES = 16;
const PAIR_SHIFT = 4;

/** The hot loops of boosting; all parameters are addresses in the memory, in bytes. */
export interface Kernels {
  /**
   * Adds the pair of each row from `order` to before `orderEnd` (int32, at least one) to its bin of every column of a group.
   *
   * @param bins the group's bins, row by row. @param pairs two float64 for each row. @param sums two float64 for each bin of each column.
   */
  accumulate(size: number): (bins: number, order: number, orderEnd: number, pairs: number, sums: number) => void;
  /** Takes the float64 at `other` from those at `sums`, up to before `end`; an even count of them, at least two. */
  subtract(sums: number, end: number, other: number): void;
  /**
   * Brings the rows that go left to the front of those from `order` to before `orderEnd` (int32, at least one), keeping their order.
   *
   * @param bins of one column, for each row. @param goesLeft for each bin 1 or 0. @param scratch as many int32.
   * @returns where the others begin.
   */
  partition(bins: number, goesLeft: number, order: number, orderEnd: number, scratch: number): number;
}

/** Compiled modules by their sizes: a second training has fast code from its start. */
const modules = new Map<string, WebAssembly.Module>();

/** @param sizes the different numbers of columns of a group. */
export function kernelsOn(memory: WebAssembly.Memory, sizes: readonly number[]): Kernels {
  const key = sizes.join();
  const module = modules.get(key) ?? new WebAssembly.Module(assemble([...sizes.map(accumulate), SUBTRACT, PARTITION]));
  modules.set(key, module);
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return {
    accumulate: size => exports[nameOf(size)] as ReturnType<Kernels['accumulate']>,
    subtract: exports[SUBTRACT.name] as Kernels['subtract'],
    partition: exports[PARTITION.name] as Kernels['partition']
  };
}

const nameOf = (size: number): string => `accumulate${size}`;

/** Unrolled over the columns: places in a row and in the sums are constants, and both sums of a bin are one addition. */
function accumulate(size: number): WasmFunction {
  const [bins, order, orderEnd, pairs, sums, row, pair, bin] = [0, 1, 2, 3, 4, 5, 6, 7];
  const columns = Array.from({ length: size }, (_, column) => {
    const offset = column * BINS * PAIR_BYTES;
    return [
      ...get(row),
      ...loadByte(column),
      ...[...constant(PAIR_SHIFT), ...shiftLeft],
      ...[...get(sums), ...add, ...tee(bin)],
      ...[...get(bin), ...loadPair(offset), ...get(pair), ...addPairs],
      ...storePair(offset)
    ];
  });
  const body = repeatWhile(
    [...get(order), ...constant(4), ...add, ...tee(order), ...get(orderEnd), ...lessUnsigned],
    [
      ...[...get(order), ...loadInteger(), ...tee(row)],
      ...[...constant(PAIR_SHIFT), ...shiftLeft, ...get(pairs), ...add, ...loadPair(), ...set(pair)],
      ...[...get(row), ...constant(size), ...multiply, ...get(bins), ...add, ...set(row)],
      ...columns.flat()
    ]
  );
  return { name: nameOf(size), parameters: 5, results: 0, locals: ['i32', 'v128', 'i32'], body };
}

const SUBTRACT: WasmFunction = ((): WasmFunction => {
  const [sums, end, other] = [0, 1, 2];
  const next = [...constant(PAIR_BYTES), ...add];
  const body = repeatWhile(
    [...get(sums), ...next, ...tee(sums), ...get(end), ...lessUnsigned],
    [
      ...[...get(sums), ...get(sums), ...loadPair(), ...get(other), ...loadPair(), ...subtractPairs, ...storePair()],
      ...[...get(other), ...next, ...set(other)]
    ]
  );
  return { name: 'subtract', parameters: 3, results: 0, locals: [], body };
})();

const PARTITION: WasmFunction = ((): WasmFunction => {
  const [bins, goesLeft, order, orderEnd, scratch, left, right, row, step] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const next = [...constant(4), ...add];
  // Both places are written, and one of them counts: no branch to guess wrong.
  const body = repeatWhile(
    [...get(order), ...next, ...tee(order), ...get(orderEnd), ...lessUnsigned],
    [
      ...[...get(left), ...get(order), ...loadInteger(), ...tee(row), ...storeInteger()],
      ...[...get(right), ...get(row), ...storeInteger()],
      ...[...get(bins), ...get(row), ...add, ...loadByte(), ...get(goesLeft), ...add, ...loadByte()],
      ...[...constant(2), ...shiftLeft, ...tee(step), ...get(left), ...add, ...set(left)],
      ...[...get(right), ...next, ...get(step), ...subtract, ...set(right)]
    ]
  );
  return {
    name: 'partition',
    parameters: 5,
    results: 1,
    locals: ['i32', 'i32', 'i32', 'i32'],
    body: [
      ...[...get(order), ...set(left), ...get(scratch), ...set(right)],
      ...body,
      ...[...get(left), ...get(scratch), ...get(right), ...get(scratch), ...subtract, ...copyMemory],
      ...get(left)
    ]
  };
})();
