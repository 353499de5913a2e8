import { notebook, SlipwayError } from '@slipway/notebook';
import { canKeepModels } from '@slipway/notebook/server';

/** What of a trained model is stored with its run. */
export type KeptParts = 'all' | 'bundle' | 'nothing';

const PARTS: readonly KeptParts[] = ['all', 'bundle', 'nothing'];
const VARIABLE = 'SLIPWAY_KEEP_MODELS';

let chosen: KeptParts | undefined;

/**
 * Says what of the models that `slip.fit` trains is stored with their runs: `all`, that is the bundle and, of a network, the
 * checkpoint that a training goes on from; the `bundle` only; or `nothing`. It holds for this kernel, from the next training on.
 * Without code: the environment variable `SLIPWAY_KEEP_MODELS`.
 *
 * @throws SlipwayError OPTION_INVALID for another word.
 * @example
 * slip.keepModels('bundle');
 */
export function keepModels(parts: KeptParts): void {
  chosen = checked(parts, `slip.keepModels(${JSON.stringify(parts)})`);
}

/** What is stored of a model that is trained now; nothing where there is neither a server nor a place to wait for one. */
export function keptParts(): KeptParts {
  const named = process.env[VARIABLE];
  const wanted = chosen ?? (named ? checked(named, `${VARIABLE}=${named}`) : 'all');
  return canKeepModels(notebook().directory) ? wanted : 'nothing';
}

function checked(parts: string, given: string): KeptParts {
  const known = PARTS.find(each => each === parts);
  if (known === undefined) {
    throw new SlipwayError('OPTION_INVALID', `${given} is not known.`, {
      remedy: `There is: ${PARTS.join(', ')}.`
    });
  }
  return known;
}
