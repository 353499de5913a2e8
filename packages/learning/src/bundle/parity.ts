import { counted } from '@slipway/wording';
import type { SignatureInput, TestVectors } from '@slipway/contract';
import { otherLabels } from '@slipway/onnx/import';
import type { Tensor } from 'onnxruntime-node';
import { SlipwayError } from '@slipway/notebook';
import { outputName } from '../export/output-names.js';
import { namedValues } from '@slipway/tensor-inputs';

/** Largest relative difference between the notebook's answers and those of the exported graph. */
export const PARITY_TOLERANCE = 1e-4;

/**
 * Runs the exported graph on the test vectors and compares with the notebook's answers: numbers by |a − b| / max(1, |a|), labels
 * exactly.
 *
 * @param labels of the classes in the order of the probabilities; null when there are none.
 * @returns the largest relative difference.
 * @throws SlipwayError PARITY_FAILED above 1e-4, and for another label.
 */
export async function checkParity(
  onnx: Uint8Array,
  inputs: readonly SignatureInput[],
  vectors: TestVectors,
  labels: readonly string[] | null
): Promise<number> {
  const runtime = await import('onnxruntime-node');
  const session = await runtime.InferenceSession.create(onnx, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const feeds = namedValues<Tensor>();
    for (const input of inputs) {
      const values = vectors.inputs[input.name]!;
      const shape = [vectors.rows, ...input.shape.slice(1)];
      if (input.datatype === 'BYTES') {
        feeds[input.name] = new runtime.Tensor(
          'string',
          values.map(v => (v === null ? '' : String(v))),
          shape
        );
      } else if (input.datatype === 'BOOL') {
        feeds[input.name] = new runtime.Tensor(
          'bool',
          values.map(v => v === true),
          shape
        );
      } else if (input.datatype === 'FP64') {
        const numbers = Float64Array.from(values.flat(), v => (v === null ? NaN : Number(v)));
        feeds[input.name] = new runtime.Tensor('float64', numbers, shape);
      } else {
        const numbers = Float32Array.from(values.flat(), v => (v === null ? NaN : Number(v)));
        feeds[input.name] = new runtime.Tensor('float32', numbers, shape);
      }
    }
    const answers = await session.run(feeds);
    let worst = 0;
    for (const [name, expected] of Object.entries(vectors.outputs)) {
      const got = answers[name]!.data as Float32Array | BigInt64Array;
      expected.data.forEach((value, i) => {
        const difference = Math.abs(value - Number(got[i])) / Math.max(1, Math.abs(value));
        // A NaN on one side only must not pass.
        worst = Math.max(worst, Number.isNaN(difference) ? Infinity : difference);
      });
    }
    if (worst > PARITY_TOLERANCE) {
      throw new SlipwayError(
        'PARITY_FAILED',
        `The exported model differs from the notebook's by ${worst.toExponential(1)} (allowed: ${PARITY_TOLERANCE}).`,
        {
          remedy: 'Nothing was registered. Please report the layers of this model.'
        }
      );
    }
    const others =
      labels && vectors.labels
        ? otherLabels(
            vectors,
            labels,
            answers[
              outputName(
                'label',
                inputs.map(input => input.name)
              )
            ]!.data as readonly string[],
            PARITY_TOLERANCE
          )
        : [];
    if (others.length > 0) {
      throw new SlipwayError(
        'PARITY_FAILED',
        `The exported model gives another label than the notebook's in ${others.length} of ${counted(vectors.rows, 'row')}.`,
        { remedy: 'Nothing was registered. Please report the layers of this model.' }
      );
    }
    return worst;
  } finally {
    await session.release();
  }
}
