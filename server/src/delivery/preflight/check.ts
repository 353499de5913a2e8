import type { PreflightCheck, Verdict } from '@slipway/contract';
import type { Examination } from './examination.js';

/** What a check found. `remedy` is needed where the verdict is not `pass`. */
export interface Finding {
  readonly verdict: Verdict;
  /** A sentence with numbers. */
  readonly evidence: string;
  readonly remedy?: string;
}

/** One preflight check. */
export interface Check {
  readonly id: PreflightCheck['id'];
  readonly title: string;
  readonly protectsFrom: string;
  /** Rejecting counts as a failed check whose evidence is the error. */
  run(examination: Examination): Promise<Finding>;
}
