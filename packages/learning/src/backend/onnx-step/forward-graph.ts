import type { Variable } from '@tensorflow/tfjs';
import { ElementType, OnnxGraph } from '@slipway/onnx/graph';
import type { Tf } from '../tfjs.js';
import { KERNELS, translate } from './kernels/index.js';
import { VERSIONS, type DataInput } from './recorded-graph.js';
import { inputsOf, type Recording } from './recording.js';
import { elementType, Translation, type Kernel } from './translation.js';

/** A recorded function of a batch as ONNX: it reads variables and changes none. */
export class ForwardGraph {
  readonly variables: readonly Variable[];

  /** @throws Error when the function does more than to compute its outputs. */
  constructor(
    private readonly tf: Tf,
    readonly recording: Recording,
    private readonly kernels: Readonly<Record<string, Kernel>> = KERNELS
  ) {
    if (recording.assigned.size > 0 || recording.made.length > 0) {
      throw new Error('it changes variables');
    }
    if (recording.reads > 0) {
      throw new Error('it reads values of tensors in JavaScript');
    }
    if (recording.draws.length > 0) {
      throw new Error('it draws random numbers');
    }
    this.variables = [...recording.variables.keys()];
  }

  /**
   * A model of any number of batches. Inputs: `d0…` data, `rows` [batches, batch], `v0…` variables; outputs: `y0…`
   * [batches, …shape].
   */
  loop(data: readonly (DataInput | null)[], batch: number): Uint8Array {
    const graph = new OnnxGraph(VERSIONS);
    const inputs = data.map(
      (each, i) => each && graph.input(`d${i}`, elementType(each.dtype), ['count', ...each.shape.slice(1)])
    );
    const rows = graph.input('rows', ElementType.INT32, ['batches', batch]);
    const variables = this.variables.map(({ dtype, shape }, i) => graph.input(`v${i}`, elementType(dtype), shape));

    const body = graph.subgraph();
    const at = body.input('i', ElementType.INT64, []);
    const condition = body.input('going', ElementType.BOOL, []);
    const to = new Translation(body, this.tf);
    const along = { axis: { int: 0 } };
    const chosen = to.node('Gather', [rows, at], along);
    const given = inputs.map(name => name && to.node('Gather', [name, chosen], along));
    const results = this.#write(to, given, variables);
    body.output(condition, 'going_on', ElementType.BOOL, []);
    const { outputs } = this.recording;
    outputs.forEach(({ dtype, shape }, i) => body.output(results[i]!, `out${i}`, elementType(dtype), shape));

    const count = graph.node('Squeeze', [graph.node('Shape', [rows], { start: { int: 0 }, end: { int: 1 } })]);
    graph.nodeAs(
      'Loop',
      [count, ''],
      outputs.map((_, i) => `y${i}`),
      { body: { graph: body } }
    );
    outputs.forEach(({ dtype, shape }, i) => graph.outputAs(`y${i}`, elementType(dtype), ['batches', ...shape]));
    return graph.finish('batches', {});
  }

  #write(to: Translation, batch: readonly (string | null)[], variables: readonly string[]): string[] {
    const { recording } = this;
    this.variables.forEach((variable, i) => to.set(recording.variables.get(variable)!, variables[i]!));
    for (const value of [...recording.calls.flatMap(inputsOf), ...recording.outputs]) {
      if (value.origin.kind === 'input') {
        to.set(value, batch[value.origin.index]!);
      }
    }
    translate(recording.calls, to, recording.outputs, this.kernels);
    // Each output of the body is one of its own nodes.
    return recording.outputs.map(output => to.graph.node('Identity', [to.name(output)]));
  }
}
