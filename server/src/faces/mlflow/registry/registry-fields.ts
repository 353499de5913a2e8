import { EntityName, type KeyValue } from '@slipway/contract';
import path from 'node:path';
import type { CatalogueModel, CatalogueVersion } from '../../../registry/catalogue-reading.js';
import type { Stage } from '../../../registry/model-catalogue.js';
import { OWN_ARTIFACTS } from '../../../platform/store/artifact-root.js';
import { present } from '../entities.js';
import { invalidParameter, invalidValue } from '../errors.js';
import { checkName } from '../tracking/metric-fields.js';
import type { RpcRequest } from '../request.js';

const MAX_TAG_VALUE = 100_000;
const MAX_ALIAS = 255;
export const STAGES: readonly Stage[] = ['None', 'Staging', 'Production', 'Archived'];

/** @param field of the request. @throws MlflowError */
export function modelName(request: RpcRequest, field = 'name'): string {
  const name = request.text(field);
  if (name.trim() === '') {
    throw invalidParameter(`Missing value for required parameter '${field}'.`);
  }
  if (/[/:]/.test(name)) {
    throw invalidParameter(`Invalid model name '${name}'. Names cannot contain '/' or ':'.`);
  }
  const resolved = path.posix.normalize(name);
  if (resolved !== name || resolved === '.' || resolved.startsWith('..')) {
    throw invalidValue(
      'name',
      name,
      'Names may be treated as files in certain cases, and must not resolve to other names when treated as such. ' +
        `This name would resolve to '${resolved}'`
    );
  }
  return name;
}

/** The name of a new model: our own routes and the sidebars must be able to carry it. @throws MlflowError */
export function newModelName(request: RpcRequest, field = 'name'): string {
  const name = modelName(request, field);
  const checked = EntityName.safeParse(name);
  if (!checked.success) {
    throw invalidParameter(`Invalid model name '${name}': it ${checked.error.issues[0]?.message ?? 'is not allowed'}.`);
  }
  return name;
}

/** @throws MlflowError */
export function versionNumber(request: RpcRequest): number {
  const version = request.text('version');
  if (!/^\s*[+-]?\d+\s*$/.test(version) || !Number.isSafeInteger(Number(version))) {
    throw invalidParameter(`Parameter 'version' must be an integer, got '${version}'.`);
  }
  return Number(version);
}

/** @throws MlflowError */
export function aliasName(request: RpcRequest): string {
  const alias = request.text('alias');
  if (!/^[\p{L}\p{N}_-]*$/u.test(alias)) {
    throw invalidParameter(
      `Invalid alias name: '${alias}'. Names may only contain alphanumerics, underscores (_), and dashes (-).`
    );
  }
  if (alias.length > MAX_ALIAS) {
    throw invalidParameter(`'Registered model alias name' exceeds the maximum length of ${MAX_ALIAS} characters`);
  }
  return alias;
}

/** @throws MlflowError for names that `models:/name@…` gives another meaning. */
export function newAliasName(request: RpcRequest): string {
  const alias = aliasName(request);
  if (alias.toLowerCase() === 'latest') {
    throw invalidParameter("'latest' alias name (case insensitive) is reserved.");
  }
  if (/^v\d+$/i.test(alias)) {
    throw invalidParameter(`Version alias name '${alias}' is reserved.`);
  }
  return alias;
}

/** @throws MlflowError */
export function registryTag({ key, value }: KeyValue): KeyValue {
  checkName('key', key, 'key');
  if (value.length > MAX_TAG_VALUE) {
    throw invalidParameter(`'value' exceeds the maximum length of ${MAX_TAG_VALUE} characters`);
  }
  return { key, value };
}

/** A tag of the fields `key` and `value`. @throws MlflowError */
export function readRegistryTag(request: RpcRequest): KeyValue {
  return registryTag({ key: request.text('key'), value: request.optionalText('value') ?? '' });
}

/** In any case of letters. @throws MlflowError */
export function stageName(stage: string): Stage {
  const found = STAGES.find(each => each.toLowerCase() === stage.toLowerCase());
  if (found === undefined) {
    throw invalidParameter(`Invalid Model Version stage: ${stage}. Value must be one of ${STAGES.join(', ')}.`);
  }
  return found;
}

/** Where clients find the files: a bundle's through the artifact proxy, others where they were reported to be. */
export function downloadUri({ bundle_digest, location, source }: CatalogueVersion): string {
  return bundle_digest === null ? (location ?? source ?? '') : `${OWN_ARTIFACTS}bundles/${bundle_digest}`;
}

export function toRegisteredModel(model: CatalogueModel): object {
  return {
    name: model.name,
    creation_timestamp: model.created_at,
    last_updated_timestamp: model.updated_at,
    ...(model.description === '' ? {} : { description: model.description }),
    ...present('latest_versions', model.latest.map(toModelVersion)),
    ...present('tags', model.tags),
    ...present(
      'aliases',
      model.aliases.map(({ alias, version }) => ({ alias, version: String(version) }))
    )
  };
}

/** Its aliases are left out where MLflow's server leaves them out: in lists. */
export function toModelVersion(version: CatalogueVersion): object {
  return {
    name: version.name,
    version: String(version.version),
    creation_timestamp: version.created_at,
    last_updated_timestamp: version.updated_at,
    current_stage: version.stage,
    description: version.description,
    source: version.source ?? downloadUri(version),
    run_id: version.run_id ?? '',
    ...(version.logged_model === null ? {} : { model_id: version.logged_model }),
    status: 'READY',
    run_link: version.run_link,
    ...present('tags', version.tags)
  };
}

export function toModelVersionWithAliases(version: CatalogueVersion): object {
  return { ...toModelVersion(version), ...present('aliases', version.aliases) };
}
