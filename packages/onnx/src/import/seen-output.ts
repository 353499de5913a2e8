import { OnnxImportError, type Question } from './errors.js';
import type { GraphEnd } from './graph-end.js';
import type { GraphTensor } from './runtime.js';

/** An output as it came out for the rows of the sample. */
export interface Seen extends GraphTensor {
  readonly name: string;
  /** Values in each row. */
  readonly width: number;
  /** What the graph last does to it. */
  readonly end: GraphEnd;
}

/** What only the user who imports the model knows. */
export function unclear(message: string, questions: readonly Question[]): OnnxImportError {
  return new OnnxImportError('IMPORT_UNCLEAR', message, { questions });
}
