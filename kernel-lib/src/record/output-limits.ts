import { DEFAULT_OUTPUT_LIMITS, type OutputLimits } from '@slipway/recording';
import { SlipwayError } from '@slipway/notebook/errors';

let chosen: Partial<OutputLimits> = {};

/**
 * Says how much of what cells show goes on record, in characters: of one cell, and of the whole session. 0 records no
 * outputs. It holds for this kernel, from the next cell on. Without code: the environment variables
 * `SLIPWAY_CELL_OUTPUTS` and `SLIPWAY_SESSION_OUTPUTS`.
 *
 * @throws SlipwayError OPTION_INVALID when a limit is not a number from 0 on.
 * @example
 * slip.recordOutputs({ cell: 100_000 });
 */
export function recordOutputs(limits: { cell?: number; session?: number }): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (!(limit >= 0)) {
      throw new SlipwayError('OPTION_INVALID', `The limit "${name}" of recorded outputs is ${limit}.`, {
        remedy: 'Give a number of characters, or 0 to record no outputs: slip.recordOutputs({ cell: 100_000 }).'
      });
    }
  }
  chosen = { ...chosen, ...limits };
}

/** The limits that hold now. */
export function outputLimits(environment: NodeJS.ProcessEnv = process.env): OutputLimits {
  return {
    cell: chosen.cell ?? fromText(environment['SLIPWAY_CELL_OUTPUTS']) ?? DEFAULT_OUTPUT_LIMITS.cell,
    session: chosen.session ?? fromText(environment['SLIPWAY_SESSION_OUTPUTS']) ?? DEFAULT_OUTPUT_LIMITS.session
  };
}

function fromText(text: string | undefined): number | undefined {
  const number = text ? Number(text) : NaN;
  return number >= 0 ? number : undefined;
}
