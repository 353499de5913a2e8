import type { LayersModel, Tensor2D } from '@tensorflow/tfjs';
import { SlipwayError } from '@slipway/notebook';
import type { OnnxGraph } from '@slipway/onnx/graph';
import { addLayers, assertExportable } from '../export/layers/index.js';
import type { Tf } from '../backend/tfjs.js';
import type { Estimator } from './estimator.js';

/** A trained tfjs network. A single sigmoid unit counts as the probability of the second of two classes. */
export class NetworkEstimator implements Estimator {
  readonly kind = 'network';
  readonly network: LayersModel;
  readonly rowShape: readonly number[];
  readonly #tf: Tf;
  readonly #classes: number | null;
  readonly #epochs: number;
  readonly #backend: string;

  /**
   * @param rowShape shape of one row, e.g. [28, 28, 1].
   * @param classes how many there are; null for a regression.
   */
  constructor(
    tf: Tf,
    network: LayersModel,
    rowShape: readonly number[],
    classes: number | null,
    epochs: number,
    backend: string
  ) {
    this.#tf = tf;
    this.rowShape = rowShape;
    this.network = network;
    this.#classes = classes;
    this.#epochs = epochs;
    this.#backend = backend;
  }

  get description(): string {
    const layers = this.network.layers.map(layer => layer.name).join(' → ');
    return `Network: ${layers}, ${this.#epochs} epochs on ${this.#backend}.`;
  }

  predict(rows: Float32Array, width: number): Float32Array {
    const raw = this.#tf.tidy(() => {
      const x = this.#tf.tensor(rows, [rows.length / width, ...this.rowShape]);
      return (this.network.predict(x) as Tensor2D).dataSync() as Float32Array;
    });
    return this.#isSingleUnit() ? Float32Array.from(Array.from(raw).flatMap(p => [1 - p, p])) : raw;
  }

  write(graph: OnnxGraph, input: string): string {
    assertExportable(this.network);
    const units = this.#units();
    if (this.#classes !== null && units !== this.#classes && !this.#isSingleUnit()) {
      throw new SlipwayError(
        'MODEL_MISMATCH',
        `The model gives ${units} numbers per row, but there are ${this.#classes} classes.`,
        {
          remedy: `End the model with a softmax over ${this.#classes} units.`
        }
      );
    }
    const out = addLayers(graph, this.network, [input])[0]!;
    if (!this.#isSingleUnit()) {
      return out;
    }
    const other = graph.node('Sub', [graph.floats([1], [1, 1]), out]);
    return graph.node('Concat', [other, out], { axis: { int: 1 } });
  }

  #units(): number | null | undefined {
    return (this.network.outputs[0]!.shape as (number | null)[]).at(-1);
  }

  #isSingleUnit(): boolean {
    return this.#classes === 2 && this.#units() === 1;
  }
}
