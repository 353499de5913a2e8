import type { ModelInputs } from '../prep/model-inputs.js';
import type { TensorInput } from '../prep/tensor-input.js';
import { UNKNOWN_ORDINAL, type FittedColumn, type FittedStep } from '../prep/steps.js';
import { addHashedWords } from './hashed-words.js';
import { addMoments } from './moments.js';
import { ElementType, type OnnxGraph } from '@slipway/onnx/graph';

/**
 * Adds the named inputs and their preprocessing: one input for each column, or one of tensors.
 *
 * @returns the value [rows, …prep.shape] that the model reads.
 */
export function addPreprocessing(graph: OnnxGraph, prep: ModelInputs): string {
  if (prep.kind === 'tensor') {
    return addTensor(graph, prep);
  }
  const parts = prep.columns.map(column => addColumn(graph, column));
  return parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: { int: 1 } });
}

function addTensor(graph: OnnxGraph, { parts, shape }: TensorInput): string {
  const { name, offset, scale } = parts;
  const input = graph.input(name, ElementType.FLOAT, ['rows', ...shape]);
  const centred = offset.every(number => number === 0)
    ? input
    : graph.node('Sub', [input, graph.floats(offset, [offset.length])]);
  return scale.every(number => number === 1)
    ? centred
    : graph.node('Div', [centred, graph.floats(scale, [scale.length])]);
}

function addColumn(graph: OnnxGraph, column: FittedColumn): string {
  switch (column.type) {
    case 'boolean': {
      const input = graph.input(column.name, ElementType.BOOL, ['rows', 1]);
      return graph.node('Cast', [input], { to: { int: ElementType.FLOAT } });
    }
    case 'category': {
      if (column.of !== 'text') {
        return addEquality(graph, column);
      }
      const input = graph.input(column.name, ElementType.STRING, ['rows', 1]);
      const hot = graph.node(
        'OneHotEncoder',
        [input],
        { cats_strings: { strings: column.categories }, zeros: { int: 1 } },
        'ai.onnx.ml'
      );
      return graph.node('Reshape', [hot, graph.int64s([-1, column.categories.length])]);
    }
    case 'ordinal': {
      if (column.of !== 'text') {
        // One more than the place, so that none at all is −1.
        const places = column.categories.map((_, place) => place + 1);
        const marked = graph.node('Mul', [addEquality(graph, column), graph.floats(places, [1, places.length])]);
        const place = graph.node('ReduceSum', [marked, graph.int64s([1])], { keepdims: { int: 1 } });
        return graph.node('Sub', [place, graph.floats([-UNKNOWN_ORDINAL], [1, 1])]);
      }
      const input = graph.input(column.name, ElementType.STRING, ['rows', 1]);
      return graph.node(
        'LabelEncoder',
        [input],
        {
          keys_strings: { strings: column.categories },
          values_floats: { floats: column.categories.map((_, place) => place) },
          default_float: { float: UNKNOWN_ORDINAL }
        },
        'ai.onnx.ml'
      );
    }
    case 'moment': {
      const input = graph.input(column.name, ElementType.STRING, ['rows', 1]);
      const width = [1, column.means.length];
      const centred = graph.node('Sub', [addMoments(graph, input, column.parts), graph.floats(column.means, width)]);
      return graph.node('Div', [centred, graph.floats(column.stds, width)]);
    }
    case 'words':
      return addHashedWords(graph, graph.input(column.name, ElementType.STRING, ['rows', 1]), column.buckets);
    case 'numeric':
      return column.steps.reduce(
        (value, step) => addStep(graph, step, value),
        graph.input(column.name, ElementType.FLOAT, ['rows', 1])
      );
  }
}

/** Which of the categories a number or a boolean is: 1 in its place, 0 elsewhere. */
function addEquality(graph: OnnxGraph, column: Extract<FittedColumn, { type: 'category' | 'ordinal' }>): string {
  const shape = [1, column.categories.length];
  const hot =
    column.of === 'boolean'
      ? graph.node('Equal', [
          graph.node('Cast', [graph.input(column.name, ElementType.BOOL, ['rows', 1])], {
            to: { int: ElementType.FLOAT }
          }),
          graph.floats(
            column.categories.map(category => (category === 'true' ? 1 : 0)),
            shape
          )
        ])
      : graph.node('Equal', [
          graph.input(column.name, ElementType.DOUBLE, ['rows', 1]),
          graph.doubles(column.categories.map(Number), shape)
        ]);
  return graph.node('Cast', [hot], { to: { int: ElementType.FLOAT } });
}

function addStep(graph: OnnxGraph, step: FittedStep, value: string): string {
  const scalar = (number: number): string => graph.floats([number], [1, 1]);
  switch (step.kind) {
    case 'keepMissing':
      return value;
    case 'impute':
      return graph.node('Where', [graph.node('IsNaN', [value]), scalar(step.value), value]);
    case 'standardize':
      return graph.node('Div', [graph.node('Sub', [value, scalar(step.mean)]), scalar(step.std)]);
    case 'minMax':
      return graph.node('Div', [graph.node('Sub', [value, scalar(step.min)]), scalar(step.max - step.min)]);
    case 'robust':
      return graph.node('Div', [graph.node('Sub', [value, scalar(step.median)]), scalar(step.range)]);
    case 'bin': {
      const edges = graph.floats(step.edges, [1, step.edges.length]);
      const reached = graph.node('Cast', [graph.node('GreaterOrEqual', [value, edges])], {
        to: { int: ElementType.FLOAT }
      });
      return graph.node('ReduceSum', [reached, graph.int64s([1])], { keepdims: { int: 1 } });
    }
    case 'log1p':
      return graph.node('Log', [graph.node('Add', [value, scalar(1)])]);
  }
}
