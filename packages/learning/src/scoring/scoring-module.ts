import module from 'node:module';
import { currentCellNumber, SlipwayError } from '@slipway/notebook';
import { messageOf } from '@slipway/wording';

/** A scoring module as a cell gave it. */
export interface ScoringModule {
  /** The cell's TypeScript. */
  readonly source: string;
  /** The JavaScript that travels in the bundle. */
  readonly code: string;
  /** Which of the two functions it has. */
  readonly functions: readonly ('before' | 'after')[];
}

const FORM =
  'Its form is:\n' +
  '%%score\n' +
  'export function before(row) { return { ...row }; }                  // a request row to the inputs of the model\n' +
  'export function after(prediction, row) { return { ...prediction }; } // a prediction to the answer';

/** What the record calls it, as something that cells write and registrations read. */
export const SCORING_RESOURCE = 'scoring:module';

let current: ScoringModule | null = null;
let currentCell: number | null = null;

/** The scoring module that the next bundles carry, or null. */
export function currentScoring(): ScoringModule | null {
  return current;
}

/** Bundles that are registered from now on carry `scoring`; null: they carry none. */
export function useScoring(scoring: ScoringModule | null): void {
  current = scoring;
  currentCell = currentCellNumber();
}

/** Number of the cell that holds the current scoring module. */
export function scoringCell(): number | null {
  return currentCell;
}

/**
 * Reads the body of a `%%score` cell: a module of TypeScript that exports `before(row)`, `after(prediction, row)` or
 * both. It must be self-contained, since a service knows neither the notebook's variables nor its packages.
 *
 * @throws SlipwayError SCORING_INVALID with the right form.
 */
export async function readScoring(source: string): Promise<ScoringModule> {
  const code = withoutTypes(source);
  const foreign = /^\s*import\s[^;]*?from\s*['"](?!node:)([^'"]+)['"]/m.exec(code)?.[1];
  if (foreign) {
    throw invalid(`The scoring module imports "${foreign}"; a service has only Node's own modules (node:…).`);
  }
  let exported: Record<string, unknown>;
  try {
    exported = await loadModule(code);
  } catch (error) {
    const why = messageOf(error);
    throw invalid(`The scoring module cannot be loaded: ${why}.`, error);
  }
  const functions = (['before', 'after'] as const).filter(name => typeof exported[name] === 'function');
  if (functions.length === 0) {
    throw invalid('The scoring module exports neither before nor after.');
  }
  return { source, code, functions };
}

/** The exports of a module that is given as JavaScript. */
export async function loadModule(code: string): Promise<Record<string, unknown>> {
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as Record<
    string,
    unknown
  >;
}

function withoutTypes(source: string): string {
  try {
    return module.stripTypeScriptTypes(source);
  } catch (error) {
    throw invalid(`The scoring module cannot be read: ${messageOf(error)}.`, error);
  }
}

function invalid(message: string, cause?: unknown): SlipwayError {
  return new SlipwayError('SCORING_INVALID', message, { remedy: FORM, cause });
}
