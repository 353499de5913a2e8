import type { PreflightCheck } from '@slipway/contract';
import type { OnStep, PreflightRunner, PromotionSubject } from '../releases/ports.js';
import type { Check } from './check.js';
import { behaviors } from './checks/behaviors.js';
import { betterThanBaseline } from './checks/better-than-baseline.js';
import { malformedRequest } from './checks/malformed-request.js';
import { recordedModelTests } from './checks/model-tests.js';
import { onnxEqualsModel } from './checks/onnx-equals-model.js';
import { outputNotConstant } from './checks/output-not-constant.js';
import { serviceReplay } from './checks/service-replay.js';
import { signatureMatchesFrame } from './checks/signature-matches-frame.js';
import { Examination } from './examination.js';
import { messageOf } from '@slipway/wording';

/** In the order of the contract's PREFLIGHT_CHECKS. */
const CHECKS: readonly Check[] = [
  signatureMatchesFrame,
  onnxEqualsModel,
  betterThanBaseline,
  outputNotConstant,
  ...recordedModelTests,
  behaviors,
  serviceReplay,
  malformedRequest
];

/** Runs every check on a copy of the bundle and, where a check needs one, on a real service process. */
export class LocalPreflight implements PreflightRunner {
  readonly #dataFolder: string;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
  }

  async run(subject: PromotionSubject, onStep: OnStep, signal: AbortSignal): Promise<PreflightCheck[]> {
    const examination = await Examination.begin(this.#dataFolder, subject);
    try {
      const results: PreflightCheck[] = [];
      for (const check of CHECKS) {
        signal.throwIfAborted();
        onStep(`Preflight: ${check.title.charAt(0).toLowerCase()}${check.title.slice(1)}`);
        results.push(await runCheck(check, examination));
      }
      return results;
    } finally {
      await examination.end();
    }
  }
}

async function runCheck(check: Check, examination: Examination): Promise<PreflightCheck> {
  const started = performance.now();
  const named = { id: check.id, title: check.title, protects_from: check.protectsFrom };
  try {
    const finding = await check.run(examination);
    const { verdict, evidence, remedy = null } = finding;
    return { ...named, verdict, evidence, remedy, duration_ms: performance.now() - started };
  } catch (error) {
    const why = messageOf(error);
    return {
      ...named,
      verdict: 'fail',
      evidence: `The check could not be run: ${why}`,
      remedy: 'Fix what the evidence names and register the model again.',
      duration_ms: performance.now() - started
    };
  }
}
