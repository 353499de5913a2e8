import type { Evaluation, ModelTestId, ModelTestResult, Verdict } from '@slipway/contract';
import { type Frame, type PlainValue, queryColumns, quoteName } from '@slipway/frames';
import type { Estimator } from '../models/estimator.js';
import type { Target } from '../examples/target.js';
import { formatNumber } from '@slipway/wording';

/** What is known of a training before it begins. */
export interface DataSubject {
  readonly train: Frame;
  readonly test: Frame;
  readonly target: Target;
  /** Columns that the model reads. */
  readonly inputs: readonly string[];
}

/** What is known of a training after it has ended. */
export interface TrainedSubject {
  readonly target: Target;
  /** Rows of both parts as the model receives them, row-major [rows, width]. */
  readonly rows: Float32Array;
  readonly testRows: Float32Array;
  readonly width: number;
  readonly estimator: Estimator;
  readonly evaluation: Evaluation;
  /** The target is a column that was shifted on purpose. */
  readonly targetShifted: boolean;
  /** Whether a network can overfit a small batch; null when that is not to be tested, or there is no network. */
  smallBatch(): Promise<ModelTestResult | null>;
  /** Tests of the rows themselves. */
  check(evaluation: Evaluation): Promise<ModelTestResult[]>;
}

export function passed(id: ModelTestId, evidence: string): ModelTestResult {
  return { id, verdict: 'pass', evidence, remedy: null };
}

export function found(
  id: ModelTestId,
  verdict: Extract<Verdict, 'warn' | 'fail'>,
  evidence: string,
  remedy: string
): ModelTestResult {
  return { id, verdict, evidence, remedy };
}

/** At most `limit` rows of the named columns, taken evenly from all of the frame. */
export async function evenRows(frame: Frame, names: readonly string[], limit: number): Promise<PlainValue[][]> {
  if (frame.rowCount <= limit) {
    return frame.values(names);
  }
  const stride = Math.ceil(frame.rowCount / limit);
  const columns = names.map(quoteName).join(', ');
  return queryColumns(
    `select ${columns} from (select *, row_number() over () as slipway_row from ${quoteName(frame.table)}) ` +
      `where (slipway_row - 1) % ${stride} = 0`
  );
}

export function percent(share: number): string {
  return `${formatNumber(share * 100, { digits: 4 })} %`;
}
