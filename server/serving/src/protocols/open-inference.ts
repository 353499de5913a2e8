import { counted } from '@slipway/wording';
import type { ModelSignature, SignatureInput } from '@slipway/contract';
import {
  decodeColumns,
  type DecodedRows,
  isTensor,
  namedValues,
  type Outputs,
  RequestError,
  rowShape,
  rowSize
} from '@slipway/tensor-inputs';

/*
 * The Open Inference Protocol, REST form (kserve/open-inference-protocol: specification/protocol/inference_rest.md).
 */

const NUMERIC: ReadonlySet<string> = new Set([
  'FP16',
  'FP32',
  'FP64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64'
]);

export interface InferRequest {
  readonly id: string | undefined;
  readonly rows: DecodedRows;
  /** Names of the outputs that were asked for; all when none was. */
  readonly outputs: readonly string[];
}

/** Decodes the body of `POST /v2/models/{model}/infer`. @throws RequestError naming the place. */
export function decodeInfer(signature: ModelSignature, body: unknown): InferRequest {
  if (!isObject(body)) {
    throw new RequestError('expected an object', 'body');
  }
  if (!Array.isArray(body['inputs'])) {
    throw new RequestError('expected a list of tensors', 'inputs');
  }
  // Clients that write every field send null for what they leave out.
  const id = body['id'] ?? undefined;
  if (id !== undefined && typeof id !== 'string') {
    throw new RequestError('expected a text', 'id');
  }
  const columns = namedValues<unknown[]>();
  const places = namedValues<number>();
  body['inputs'].forEach((tensor: unknown, i: number) => {
    const { name, values } = decodeTensor(signature, tensor, `inputs[${i}]`);
    if (name in columns) {
      throw new RequestError(`the input "${name}" is given twice`, `inputs[${i}].name`);
    }
    columns[name] = values;
    places[name] = i;
  });
  const at = (input: string, row: number | null): string => {
    const i = places[input];
    if (i === undefined) {
      return 'inputs';
    }
    return row === null ? `inputs[${i}]` : `inputs[${i}].data[${row}]`;
  };
  return { id, rows: decodeColumns(signature, columns, at), outputs: decodeOutputs(signature, body['outputs']) };
}

function decodeTensor(signature: ModelSignature, tensor: unknown, place: string): { name: string; values: unknown[] } {
  if (!isObject(tensor)) {
    throw new RequestError('expected an object', place);
  }
  const { name, datatype, shape, data } = tensor;
  const known = signature.inputs.map(input => input.name);
  const input = signature.inputs.find(candidate => candidate.name === name);
  if (typeof name !== 'string' || !input) {
    throw new RequestError(
      `the model has no input "${String(name)}"; its inputs are ${known.join(', ')}`,
      `${place}.name`
    );
  }
  if (typeof datatype !== 'string' || !suits(input, datatype)) {
    throw new RequestError(`expected ${input.datatype}, got ${JSON.stringify(datatype)}`, `${place}.datatype`);
  }
  if (!Array.isArray(shape) || !shape.every(d => typeof d === 'number' && Number.isInteger(d) && d >= 0)) {
    throw new RequestError('expected a list of whole numbers', `${place}.shape`);
  }
  if (isTensor(input) && datatype !== 'BYTES') {
    return { name, values: tensorRows(input, shape as number[], data, place) };
  }
  const [rows, ...rest] = shape as number[];
  if (rows === undefined || rest.length > 1 || (rest.length === 1 && rest[0] !== 1)) {
    throw new RequestError(`expected [rows, 1] or [rows], got [${shape.join(', ')}]`, `${place}.shape`);
  }
  if (!Array.isArray(data)) {
    throw new RequestError('expected a list', `${place}.data`);
  }
  const values = (data as unknown[]).flat(2);
  if (values.length !== rows) {
    throw new RequestError(`has ${counted(values.length, 'value')} where the shape says ${rows}`, `${place}.data`);
  }
  return { name, values };
}

/** The rows of a tensor, whose numbers are given flat or nested. */
function tensorRows(input: SignatureInput, shape: readonly number[], data: unknown, place: string): unknown[] {
  const [rows = 0, ...rest] = shape;
  const expected = rowShape(input);
  if (rest.length !== expected.length || rest.some((size, axis) => size !== expected[axis])) {
    throw new RequestError(`expected [rows, ${expected.join(', ')}], got [${shape.join(', ')}]`, `${place}.shape`);
  }
  if (!Array.isArray(data)) {
    throw new RequestError('expected a list', `${place}.data`);
  }
  const values = Array.isArray(data[0]) ? (data as unknown[]).flat(expected.length) : (data as unknown[]);
  const size = rowSize(input);
  if (values.length !== rows * size) {
    throw new RequestError(
      `has ${counted(values.length, 'value')} where the shape says ${rows * size}`,
      `${place}.data`
    );
  }
  return Array.from({ length: rows }, (_, row) => values.slice(row * size, (row + 1) * size));
}

/**
 * Numbers of any width are taken for a numeric input; the graph's own type decides the precision. Images may be files, as
 * base64.
 */
function suits({ datatype: expected, format }: SignatureInput, given: string): boolean {
  if (format === 'image' && given === 'BYTES') {
    return true;
  }
  return expected === given || (NUMERIC.has(expected) && NUMERIC.has(given));
}

function decodeOutputs(signature: ModelSignature, asked: unknown): string[] {
  const known = signature.outputs.map(output => output.name);
  if (asked === undefined || asked === null || (Array.isArray(asked) && asked.length === 0)) {
    return known;
  }
  if (!Array.isArray(asked)) {
    throw new RequestError('expected a list', 'outputs');
  }
  return asked.map((output: unknown, i) => {
    const name = isObject(output) ? output['name'] : undefined;
    if (typeof name !== 'string' || !known.includes(name)) {
      throw new RequestError(
        `the model has no output "${String(name)}"; its outputs are ${known.join(', ')}`,
        `outputs[${i}].name`
      );
    }
    return name;
  });
}

/** The answer to an infer request. */
export function encodeInfer(
  signature: ModelSignature,
  model: string,
  version: string,
  request: InferRequest,
  outputs: Outputs
): Record<string, unknown> {
  return {
    model_name: model,
    model_version: version,
    ...(request.id === undefined ? {} : { id: request.id }),
    outputs: request.outputs.map(name => {
      const described = signature.outputs.find(output => output.name === name)!;
      const { width, data } = outputs[name]!;
      const shape = described.shape.length === 1 ? [request.rows.rows] : [request.rows.rows, width];
      return { name, datatype: described.datatype, shape, data: Array.from(data as ArrayLike<unknown>, jsonValue) };
    })
  };
}

function jsonValue(value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** Answer of `GET /v2/models/{model}`. */
export function modelMetadata(signature: ModelSignature, model: string, version: string): Record<string, unknown> {
  const tensor = ({
    name,
    datatype,
    shape
  }: {
    name: string;
    datatype: string;
    shape: number[];
  }): Record<string, unknown> => ({
    name,
    datatype,
    shape
  });
  return {
    name: model,
    versions: [version],
    platform: 'onnx_onnxv1',
    inputs: signature.inputs.map(input => ({
      ...tensor(input),
      ...(input.format === undefined ? {} : { parameters: { format: input.format } })
    })),
    outputs: signature.outputs.map(tensor)
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
