import type { ModelSignature, SignatureInput, SignatureOutput } from '@slipway/contract';
import type { ModelInputs } from '../prep/model-inputs.js';
import type { FittedPrep } from '../prep/prep.js';
import type { FittedColumn } from '../prep/steps.js';
import type { Estimator } from '../models/estimator.js';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import { outputName } from './output-names.js';
import { addPreprocessing } from './preprocessing.js';

/** A model in ONNX form with the named inputs and outputs of its graph. */
export interface ExportedModel {
  readonly onnx: Uint8Array;
  readonly inputs: SignatureInput[];
  readonly outputs: SignatureOutput[];
}

/**
 * Writes preprocessing and model as one ONNX graph. Every input column is an input of shape [rows, 1], tensors are one of
 * [rows, …shape]. A classifier
 * gives `probabilities` [rows, classes] and `label` [rows]; a regression gives `value` [rows, 1]; where an input has this
 * name, `predicted_…`.
 *
 * @throws SlipwayError MODEL_NOT_EXPORTABLE, naming the layer, before anything is written.
 */
export function exportModel(
  estimator: Estimator,
  prep: ModelInputs,
  labels: ModelSignature['labels'],
  name: string
): ExportedModel {
  const graph = new OnnxGraph();
  const rows = addPreprocessing(graph, prep);
  const isFlat = prep.shape.length === 1 || estimator.rowShape !== undefined;
  const answers = estimator.write(graph, isFlat ? rows : graph.node('Flatten', [rows], { axis: { int: 1 } }));
  const outputs = labels
    ? addClassOutputs(graph, answers, labels, prep.names)
    : addValueOutput(graph, answers, prep.names);
  const onnx = graph.finish(name, { task: labels ? 'classification' : 'regression' });
  return { onnx, inputs: signatureInputs(prep), outputs };
}

function addClassOutputs(
  graph: OnnxGraph,
  probabilities: string,
  labels: readonly string[],
  inputs: readonly string[]
): SignatureOutput[] {
  const names = { probabilities: outputName('probabilities', inputs), label: outputName('label', inputs) };
  const index = graph.node('ArgMax', [probabilities], { axis: { int: 1 }, keepdims: { int: 0 } });
  const label = graph.node('Gather', [graph.strings(labels), index], { axis: { int: 0 } });
  graph.output(probabilities, names.probabilities, ElementType.FLOAT, ['rows', labels.length]);
  graph.output(label, names.label, ElementType.STRING, ['rows']);
  return [
    { name: names.probabilities, datatype: 'FP32', shape: [-1, labels.length], role: 'probabilities' },
    { name: names.label, datatype: 'BYTES', shape: [-1], role: 'label' }
  ];
}

function addValueOutput(graph: OnnxGraph, raw: string, inputs: readonly string[]): SignatureOutput[] {
  const name = outputName('value', inputs);
  graph.output(raw, name, ElementType.FLOAT, ['rows', 1]);
  return [{ name, datatype: 'FP32', shape: [-1, 1], role: 'value' }];
}

/** The named inputs of the graph, in their order. */
export function signatureInputs(prep: ModelInputs): SignatureInput[] {
  if (prep.kind === 'columns') {
    return prep.columns.map(column => signatureInput(prep, column));
  }
  const { name, shape, range, format } = prep.parts;
  return [
    {
      name,
      datatype: 'FP32',
      shape: [-1, ...shape],
      nullable: false,
      range: { ...range },
      ...(format === null ? {} : { format })
    }
  ];
}

/** An input of the graph as the signature names it. */
export function signatureInput(prep: FittedPrep, column: FittedColumn): SignatureInput {
  return {
    name: column.name,
    datatype: datatypeOf(column),
    shape: [-1, 1],
    nullable: prep.acceptsMissing(column),
    range: column.type === 'numeric' ? column.range : null,
    ...(column.type === 'moment' ? { format: 'moment' as const } : {})
  };
}

function datatypeOf(column: FittedColumn): SignatureInput['datatype'] {
  switch (column.type) {
    case 'numeric':
      return 'FP32';
    case 'boolean':
      return 'BOOL';
    case 'moment':
    case 'words':
      return 'BYTES';
    case 'category':
    case 'ordinal':
      // Categories are told apart by every digit that a number has.
      return column.of === 'number' ? 'FP64' : column.of === 'boolean' ? 'BOOL' : 'BYTES';
  }
}
