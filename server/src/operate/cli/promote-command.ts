import { EnvironmentName, type Promotion, type Verdict } from '@slipway/contract';
import { parsePositionals, UsageError } from './options.js';
import { CommandClient } from './server-client.js';

export const promoteHelp = `slipway promote MODEL [--to ENVIRONMENT] [--version N] [--reason TEXT] [--data DIR]

Runs preflight on a model version and, when no check fails, starts the service or moves it to that version. In a Python
notebook: !slipway promote rain --to production

  --to ENVIRONMENT  dev, staging or production (default: production)
  --version N       version of the model (default: the newest)
  --reason TEXT     kept with the promotion
`;

const POLL_MS = 200;
const MARKS: Record<Verdict, string> = { pass: '✓', warn: '!', fail: '✗', not_applicable: '–' };

/** @returns 0 when the service answers with the version, else 1. */
export async function promoteCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsePositionals(args, {
    to: { type: 'string' },
    version: { type: 'string' },
    reason: { type: 'string' },
    data: { type: 'string' }
  });
  const [model, ...rest] = positionals;
  if (model === undefined || rest.length > 0) {
    throw new UsageError('name one model.');
  }
  const environment = EnvironmentName.safeParse(values.to ?? 'production');
  if (!environment.success) {
    throw new UsageError(`--to takes ${EnvironmentName.options.join(', ')}, not '${values.to}'.`);
  }
  const version = values.version === undefined ? null : Number(values.version);
  if (version !== null && !(Number.isInteger(version) && version > 0)) {
    throw new UsageError(`--version takes a whole number, not '${values.version}'.`);
  }
  const client = await CommandClient.find(values.data);
  let promotion = await client.call('createPromotion', {
    body: { model, version, environment: environment.data, reason: values.reason ?? '', preflight_id: null }
  });
  let step = '';
  while (promotion.state === 'preflight' || promotion.state === 'releasing') {
    if (promotion.step !== step) {
      console.log(`${promotion.step} …`);
    }
    step = promotion.step;
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
    promotion = await client.call('getPromotion', { params: { promotion_id: promotion.promotion_id } });
  }
  return report(promotion);
}

function report(promotion: Promotion): number {
  for (const check of promotion.preflight?.checks ?? []) {
    console.log(`${MARKS[check.verdict]} ${check.title}: ${check.evidence}`);
    if (check.remedy && check.verdict !== 'pass') {
      console.log(`  → ${check.remedy}`);
    }
  }
  const named = `${promotion.model} v${promotion.version}`;
  if (promotion.state === 'running') {
    console.log(`${named} answers in ${promotion.environment} at ${promotion.service_url}`);
    return 0;
  }
  console.error(`${named} was not promoted. ${promotion.message ?? ''}`);
  return 1;
}
