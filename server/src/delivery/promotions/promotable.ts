import type { ModelSignature, ModelVersion } from '@slipway/contract';
import { InvalidStateError } from '../../platform/errors.js';

/** A model version that has what a service needs. */
export interface PromotableVersion extends ModelVersion {
  readonly bundle_digest: string;
  readonly signature: ModelSignature;
}

/** @throws InvalidStateError for a version that an MLflow client logged: it has no ONNX bundle. */
export function promotable(version: ModelVersion): PromotableVersion {
  const { bundle_digest, signature } = version;
  if (bundle_digest === null || signature === null) {
    throw new InvalidStateError(
      `${version.name} v${version.version} was logged by an MLflow client and has no bundle that a service could run.`,
      { where: 'body.version', remedy: 'Register it from a notebook with slip.register, and promote that version.' }
    );
  }
  return { ...version, bundle_digest, signature };
}
