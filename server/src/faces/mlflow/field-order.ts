import { missingParameter, wrongType } from './errors.js';
import type { JsonObject } from './request.js';

type Kind = 'text' | 'name' | 'integer' | 'number' | 'list' | 'texts' | 'flag';

/** One field as MLflow's server looks at it. */
interface FieldCheck {
  readonly name: string;
  readonly kind: Kind;
  /** `first`: that it is there is looked at before its type. */
  readonly required: 'no' | 'first' | 'last';
}

/**
 * The fields of MLflow's procedures in the order in which its server checks them: with several wrong ones the first is named.
 * `name:kind`; `!` in front of the name: required, checked first; behind the kind: required, checked last.
 */
const ORDERS: Readonly<Record<string, string>> = {
  'POST experiments/create': '!name:text artifact_location:text tags:list',
  'GET experiments/get': '!experiment_id:text',
  'GET experiments/get-by-name': '!experiment_name:text',
  'POST experiments/delete': '!experiment_id:text',
  'POST experiments/restore': '!experiment_id:text',
  'POST experiments/update': '!experiment_id:text new_name:text!',
  'POST experiments/search': 'view_type:integer max_results:integer order_by:list filter:text page_token:text',
  'POST experiments/set-experiment-tag': '!experiment_id:text !key:text value:text',
  'POST experiments/delete-experiment-tag': '!experiment_id:text !key:text',
  'POST runs/create': 'experiment_id:text start_time:integer run_name:text',
  'POST runs/update': '!run_id:text end_time:integer status:name run_name:text',
  'POST runs/delete': '!run_id:text',
  'POST runs/restore': '!run_id:text',
  'GET runs/get': '!run_id:text',
  'POST runs/search': 'experiment_ids:list filter:text max_results:integer order_by:texts',
  'POST runs/log-metric':
    '!run_id:text !key:text !value:number timestamp:integer! step:integer model_id:text dataset_name:text dataset_digest:text',
  'POST runs/log-parameter': '!run_id:text !key:text value:text',
  'POST runs/set-tag': '!run_id:text !key:text value:text',
  'POST runs/delete-tag': '!run_id:text !key:text',
  'POST runs/log-batch': 'run_id:text! metrics:list params:list tags:list',
  'POST runs/log-inputs': '!run_id:text datasets:list models:list',
  'POST runs/outputs': '!run_id:text !models:list',
  'POST runs/log-model': 'run_id:text! model_json:text!',
  'GET metrics/get-history': 'run_id:text! metric_key:text! page_token:text',
  'GET artifacts/list': 'run_id:text! path:text page_token:text',
  'POST registered-models/create': 'name:text! tags:list description:text',
  'GET registered-models/get': 'name:text!',
  'PATCH registered-models/update': 'name:text! description:text',
  'POST registered-models/rename': 'name:text! new_name:text!',
  'DELETE registered-models/delete': 'name:text!',
  'POST registered-models/set-tag': 'name:text! key:text! value:text',
  'DELETE registered-models/delete-tag': 'name:text! key:text!',
  'POST registered-models/get-latest-versions': 'name:text! stages:texts',
  'POST registered-models/alias': 'name:text! alias:text! version:text!',
  'DELETE registered-models/alias': 'name:text! alias:text!',
  'POST model-versions/create':
    'name:text! source:text! run_id:text tags:list run_link:text description:text model_id:text',
  'GET model-versions/get': 'name:text! version:text!',
  'PATCH model-versions/update': 'name:text! version:text! description:text',
  'DELETE model-versions/delete': 'name:text! version:text!',
  'POST model-versions/transition-stage': 'name:text! version:text! stage:text! archive_existing_versions:flag',
  'POST model-versions/set-tag': 'name:text! version:text! key:text! value:text',
  'DELETE model-versions/delete-tag': 'name:text! version:text! key:text!',
  'POST logged-models': 'experiment_id:text! name:text model_type:text source_run_id:text params:list tags:list',
  'POST logged-models/search':
    'experiment_ids:texts! filter:text datasets:list max_results:integer order_by:list page_token:text'
};

const CHECKS: ReadonlyMap<string, readonly FieldCheck[]> = new Map(
  Object.entries(ORDERS).map(([procedure, order]) => [procedure, order.split(' ').map(parseCheck)])
);

/**
 * The checks of a procedure.
 *
 * @param path below the version, e.g. `/mlflow/runs/create`.
 */
export function fieldChecks(method: string, path: string): readonly FieldCheck[] {
  return CHECKS.get(`${method} ${path.replace(/^\/?mlflow\//, '')}`) ?? [];
}

/**
 * Types are looked at only when one of them is wrong, as MLflow's server does: what is missing is then told in other words.
 *
 * @throws MlflowError about the first field that is wrong.
 */
export function checkFields(fields: JsonObject, checks: readonly FieldCheck[], fromQuery: boolean): void {
  const isWell = checks.every(({ name, kind }) => fields[name] == null || isOfKind(fields[name], kind, fromQuery));
  for (const { name, kind, required } of checks) {
    const value = fields[name] ?? null;
    const isMissing = value === null || value === '';
    if (required === 'first' && isMissing) {
      throw missingParameter(name);
    }
    if (!isWell && (name in fields || required !== 'no') && !isOfKind(value, kind, fromQuery)) {
      throw wrongType(name, value);
    }
    if (required === 'last' && isMissing) {
      throw missingParameter(name);
    }
  }
}

function isOfKind(value: unknown, kind: Kind, fromQuery: boolean): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'name':
      // Of an enum, or its number.
      return typeof value === 'string' || typeof value === 'number';
    case 'integer':
      // Enums are integers, and may be named.
      return typeof value === 'number' || (typeof value === 'string' && /^\s*[+-]?\d+\s*$|^[A-Z_]+$/.test(value));
    case 'number':
      return typeof value === 'number' || (typeof value === 'string' && isNumber(value));
    case 'list':
      // A query string cannot tell one value from a list of one.
      return Array.isArray(value) || fromQuery;
    case 'texts':
      return (Array.isArray(value) && value.every(item => typeof item === 'string')) || fromQuery;
    case 'flag':
      return typeof value === 'boolean' || value === 'true' || value === 'false';
  }
}

function isNumber(text: string): boolean {
  return /^[+-]?(nan|inf(inity)?)$/i.test(text.trim()) || (text.trim() !== '' && !Number.isNaN(Number(text)));
}

function parseCheck(text: string): FieldCheck {
  const [name = '', kind = ''] = text.replaceAll('!', '').split(':');
  return {
    name,
    kind: kind as Kind,
    required: text.startsWith('!') ? 'first' : text.endsWith('!') ? 'last' : 'no'
  };
}
