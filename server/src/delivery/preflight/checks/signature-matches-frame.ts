import { counted } from '@slipway/wording';
import { InferenceSession } from 'onnxruntime-node';
import {
  BUNDLE_FILES,
  type Column,
  type ColumnType,
  type ModelSignature,
  type SignatureInput
} from '@slipway/contract';
import { isTensor } from '@slipway/tensor-inputs';
import type { Check } from '../check.js';

const SUITABLE: Record<SignatureInput['datatype'], readonly ColumnType[]> = {
  FP32: ['number', 'integer'],
  FP64: ['number', 'integer'],
  INT32: ['integer'],
  INT64: ['integer'],
  BOOL: ['boolean'],
  // Dates and times as categories are the texts that they are written as.
  BYTES: ['string', 'date', 'timestamp']
};

function suits(input: SignatureInput, type: ColumnType): boolean {
  if (input.format === 'moment') {
    return type === 'date' || type === 'timestamp';
  }
  if (isTensor(input)) {
    return type === 'tensor';
  }
  return SUITABLE[input.datatype].includes(type);
}

export const signatureMatchesFrame: Check = {
  id: 'signature-matches-frame',
  title: 'Signature matches the training frame',
  protectsFrom: 'inputs that the training never saw, a target among the inputs, a graph that asks for something else',
  async run({ signature, subject }) {
    const frame = signature.training_frame;
    const faults = frame === null ? [] : unlike(signature, frame.columns);
    const session = await InferenceSession.create(await subject.bundle.read(BUNDLE_FILES.model), {
      logSeverityLevel: 3
    });
    const asked = [...session.inputNames].sort().join(', ');
    const said = signature.inputs
      .map(i => i.name)
      .sort()
      .join(', ');
    if (asked !== said) {
      faults.push(`the graph reads ${asked}, the signature says ${said}`);
    }
    const given = session.outputNames;
    for (const output of signature.outputs) {
      if (!given.includes(output.name)) {
        faults.push(`the graph has no output "${output.name}"`);
      }
    }
    await session.release();
    if (frame === null && faults.length === 0) {
      return {
        verdict: 'not_applicable',
        evidence: `The model was imported, so its training data is unknown. Its graph reads exactly the inputs of the signature (${signature.inputs.length}).`,
        remedy: 'Compare them with what the model was trained on, as its author describes it.'
      };
    }
    return faults.length === 0
      ? {
          verdict: 'pass',
          evidence: `${counted(signature.inputs.length, 'input')}, all columns of the ${frame?.train_rows} training rows with the same types; the graph reads exactly these.`
        }
      : {
          verdict: 'fail',
          evidence: `${capitalized(faults.join('; '))}.`,
          remedy: 'Register the model again from the frame that it was trained on.'
        };
  }
};

/** In what the signature differs from the frame. */
function unlike(signature: ModelSignature, columns: readonly Column[]): string[] {
  const faults: string[] = [];
  // Clusters and components are not columns.
  const told = signature.task === 'classification' || signature.task === 'regression';
  for (const input of signature.inputs) {
    const column = columns.find(c => c.name === input.name);
    if (!column) {
      faults.push(`the input "${input.name}" is not a column of the training frame`);
    } else if (!suits(input, column.type)) {
      faults.push(`"${input.name}" is ${input.datatype} in the signature and ${column.type} in the training frame`);
    }
    if (told && input.name === signature.target) {
      faults.push(`the target "${input.name}" is an input`);
    }
  }
  if (told && !columns.some(c => c.name === signature.target)) {
    faults.push(`the target "${signature.target}" is not a column of the training frame`);
  }
  return faults;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
