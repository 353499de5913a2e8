import { randomUUID } from 'node:crypto';
import { EnvironmentName, type Promotion } from '@slipway/contract';
import { call } from '@slipway/notebook/server';
import { notebook, SlipwayError } from '@slipway/notebook';
import { registerWaiting } from './register.js';
import { lineBundle, preflightBundle } from './registry-display.js';
import { ServiceHandle } from './service.js';

const POLL_MS = 200;

/**
 * Brings a version of `name` (the latest, unless `version` is given) to an environment: preflight is run and shown, and
 * on success the service answers at the URL that is shown. When the server is away the notebook goes on with one message
 * and a handle whose `ready` is false; the same call works later.
 *
 * @throws SlipwayError PREFLIGHT_FAILED when a check fails (nothing changes), SERVER_REFUSED, OPTION_INVALID.
 * @example
 * // Of the model that was registered as `weather`.
 * const service = await slip.promote('weather', 'dev');
 * await service.predict({ temp_max: 11.2, temp_min: 4.1, wind: 3.3 });
 */
export async function promote(
  name: string,
  environment: string = 'production',
  options: { version?: number; reason?: string } = {}
): Promise<ServiceHandle> {
  const parsed = EnvironmentName.safeParse(environment);
  if (!parsed.success) {
    throw new SlipwayError('OPTION_INVALID', `"${environment}" is not an environment.`, {
      remedy: `There is: ${EnvironmentName.options.join(', ')}.`
    });
  }
  const book = notebook();
  const displayId = `slipway-promote-${randomUUID()}`;
  let shown = false;
  const show = (bundle: Record<string, unknown>): void => {
    book.display(bundle, { displayId, update: shown });
    shown = true;
  };
  let promotion: Promotion;
  try {
    await registerWaiting(name);
    promotion = await call(book.directory, 'createPromotion', {
      body: {
        model: name,
        version: options.version ?? null,
        environment: parsed.data,
        reason: options.reason ?? '',
        preflight_id: null
      }
    });
    promotion = await follow(promotion, show);
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== 'SERVER_UNREACHABLE') {
      throw error;
    }
    book.warn(`${name} was not promoted. ${error.message}`);
    return new ServiceHandle(name, parsed.data, null, null);
  }
  if (promotion.state === 'refused') {
    // The server's own sentence names the failed checks and what to do.
    throw new SlipwayError(
      'PREFLIGHT_FAILED',
      `${name} v${promotion.version} was not promoted: ${promotion.message ?? 'a check failed.'}`
    );
  }
  if (promotion.state === 'failed' || !promotion.service_url) {
    throw new SlipwayError(
      'SERVICE_UNAVAILABLE',
      `The service of ${name} v${promotion.version} did not start. ${promotion.message ?? ''}`
    );
  }
  book.noteRead(`model:${name}@${promotion.version}`);
  book.noteWrite(`service:${promotion.service}`);
  return new ServiceHandle(promotion.service, promotion.environment, promotion.service_url, promotion.version);
}

/** Shows each step of the promotion until it has ended. */
async function follow(started: Promotion, show: (bundle: Record<string, unknown>) => void): Promise<Promotion> {
  const { directory, signal } = notebook();
  let promotion = started;
  let last = '';
  for (;;) {
    const sentence =
      promotion.state === 'running' ? `answering at ${promotion.service_url}` : (promotion.message ?? promotion.step);
    const key = `${promotion.state} ${sentence}`;
    if (key !== last) {
      const title = `${promotion.model} v${promotion.version} to ${promotion.environment}`;
      show(promotion.preflight ? preflightBundle(promotion.preflight, sentence) : lineBundle(title, sentence));
      last = key;
    }
    if (promotion.state !== 'preflight' && promotion.state !== 'releasing') {
      return promotion;
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
    promotion = await call(directory, 'getPromotion', { params: { promotion_id: promotion.promotion_id }, signal });
  }
}
