import type { Columns, SignatureInput } from '@slipway/contract';
import { asFileTakes } from './image-input.js';
import { ELEMENT_OF, type InputPlan } from './inputs.js';
import type { GraphTensor, LoadedGraph, TensorData } from './runtime.js';
import { ElementType } from '../wire/value-info.js';

type Value = Exclude<Columns[string][number], number[]>;

/** The rows as the imported graph takes them: one tensor [rows, 1], or [rows, …shape], for each named input. */
export function namedFeeds(
  inputs: readonly SignatureInput[],
  columns: Columns,
  from: number,
  to: number
): Record<string, GraphTensor> {
  return Object.fromEntries(
    inputs.map(({ name, datatype, shape }) => {
      const element = ELEMENT_OF[datatype];
      const values = columns[name]!.slice(from, to);
      return [name, { element, shape: [values.length, ...shape.slice(1)], data: tensorData(element, values.flat()) }];
    })
  );
}

/**
 * The answers of the file as it came, for rows as it takes them itself. Where the number of rows is built in, it is asked as often as it takes.
 */
export async function answersOfFile(
  graph: LoadedGraph,
  plans: readonly InputPlan[],
  columns: Columns,
  rows: number
): Promise<Record<string, GraphTensor>> {
  const step = Math.min(...plans.map(plan => plan.fixedRows ?? rows));
  const parts: Record<string, GraphTensor>[] = [];
  for (let from = 0; from < rows; from += step) {
    const wanted = Array.from({ length: step }, (_, i) => Math.min(from + i, rows - 1));
    const answers = await graph.run(originalFeeds(plans, columns, wanted));
    parts.push(firstRows(answers, step, Math.min(step, rows - from)));
  }
  return joinedRows(parts);
}

function originalFeeds(
  plans: readonly InputPlan[],
  columns: Columns,
  wanted: readonly number[]
): Record<string, GraphTensor> {
  return Object.fromEntries(
    plans.map(plan => {
      const lists = plan.columns.map(column => columns[column.name]!);
      const { pixels } = plan;
      const given = wanted.flatMap(row => lists.map(list => list[row]!));
      const values = given.flatMap(value => (pixels && Array.isArray(value) ? asFileTakes(value, pixels) : value));
      const element = ELEMENT_OF[plan.columns[0]!.datatype];
      return [plan.original, { element, shape: [wanted.length, ...plan.row], data: tensorData(element, values) }];
    })
  );
}

function tensorData(element: number, values: readonly Value[]): TensorData {
  switch (element) {
    case ElementType.STRING:
      return values.map(value => (value === null ? '' : String(value)));
    case ElementType.BOOL:
      return Uint8Array.from(values, value => (value === true ? 1 : 0));
    case ElementType.INT64:
      return BigInt64Array.from(values, value => BigInt(Math.trunc(Number(value))));
    case ElementType.INT32:
      return Int32Array.from(values, Number);
    case ElementType.DOUBLE:
      return Float64Array.from(values, value => (value === null ? NaN : Number(value)));
    default:
      return Float32Array.from(values, value => (value === null ? NaN : Number(value)));
  }
}

function firstRows(answers: Record<string, GraphTensor>, step: number, kept: number): Record<string, GraphTensor> {
  if (kept === step) {
    return answers;
  }
  return Object.fromEntries(
    Object.entries(answers).map(([name, tensor]) => {
      const width = tensor.data.length / step;
      return [name, { ...tensor, shape: [kept, ...tensor.shape.slice(1)], data: tensor.data.slice(0, kept * width) }];
    })
  );
}

function joinedRows(parts: readonly Record<string, GraphTensor>[]): Record<string, GraphTensor> {
  const [first] = parts;
  if (parts.length === 1) {
    return first!;
  }
  return Object.fromEntries(
    Object.entries(first!).map(([name, tensor]) => {
      const lists = parts.map(part => Array.from(part[name]!.data as ArrayLike<number | bigint | string>));
      const values = lists.flat();
      const rows = parts.reduce((sum, part) => sum + (part[name]!.shape[0] ?? 0), 0);
      const data =
        tensor.element === ElementType.INT64
          ? BigInt64Array.from(values as bigint[])
          : tensor.element === ElementType.STRING
            ? (values as string[])
            : Float64Array.from(values as number[]);
      return [name, { element: tensor.element, shape: [rows, ...tensor.shape.slice(1)], data }];
    })
  );
}
