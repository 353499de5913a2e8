/** A message of onnx.proto that can hold a tensor. */
export type OnnxMessage = 'model' | 'training' | 'function' | 'graph' | 'node' | 'attribute' | 'sparse' | 'tensor';

/** Which fields lead to tensors, by message and field number of onnx.proto. */
export const TENSORS_WITHIN: Readonly<Record<Exclude<OnnxMessage, 'tensor'>, Readonly<Record<number, OnnxMessage>>>> = {
  model: { 7: 'graph', 20: 'training', 25: 'function' },
  training: { 1: 'graph', 2: 'graph' },
  function: { 7: 'node', 11: 'attribute' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' }
};

/** Fields of a tensor that say in which other file its data is, and that it is there. */
export const EXTERNAL_DATA = 13;
export const DATA_LOCATION = 14;

/** Branches and loops are graphs within graphs; nobody nests them like this. */
export const MOST_NESTED = 200;
