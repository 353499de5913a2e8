import type { KeyValue } from '@slipway/contract';
import { missingParameter, wrongType } from './errors.js';

export type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The fields of one request, from a JSON body or a query string, read the way MLflow's server reads them: integers may
 * be strings, null is absent.
 */
export class RpcRequest {
  readonly #fields: JsonObject;
  readonly #fromQuery: boolean;

  /**
   * @param fromQuery a query string cannot tell one value from a list of one.
   * @param namePrefix what the names in filters lack, as the request is about one workspace.
   */
  constructor(
    fields: JsonObject,
    fromQuery = false,
    readonly namePrefix = ''
  ) {
    this.#fields = fields;
    this.#fromQuery = fromQuery;
  }

  /** The raw value; undefined when absent or null. */
  value(name: string): unknown {
    return this.#fields[name] ?? undefined;
  }

  /** @throws MlflowError when absent, empty or not a string. */
  text(name: string): string {
    const text = this.optionalText(name);
    if (text === undefined || text === '') {
      throw missingParameter(name);
    }
    return text;
  }

  /** @throws MlflowError when it is not a string. */
  optionalText(name: string): string | undefined {
    const value = this.value(name);
    if (value !== undefined && typeof value !== 'string') {
      throw wrongType(name, value);
    }
    return value;
  }

  /** @throws MlflowError when it is not a whole number. */
  optionalInteger(name: string): number | undefined {
    const value = this.value(name);
    if (value === undefined) {
      return undefined;
    }
    const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) {
      throw wrongType(name, value);
    }
    return number;
  }

  /** @throws MlflowError when it is neither true nor false. */
  optionalBoolean(name: string): boolean | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'boolean') {
      return value;
    }
    if (value === 'true' || value === 'false') {
      return value === 'true';
    }
    throw wrongType(name, value);
  }

  /** Empty when absent; a query string with one value is a list of one. @throws MlflowError */
  texts(name: string): string[] {
    const value = this.value(name);
    const list = typeof value === 'string' && this.#fromQuery ? [value] : (value ?? []);
    if (!Array.isArray(list) || !list.every(item => typeof item === 'string')) {
      throw wrongType(name, value);
    }
    return list;
  }

  /** Empty when absent. @throws MlflowError */
  objects(name: string): JsonObject[] {
    const value = this.value(name) ?? [];
    if (!Array.isArray(value) || !value.every(isJsonObject)) {
      throw wrongType(name, value);
    }
    return value;
  }

  /**
   * Pairs of key and value; a value that is absent is empty.
   *
   * @param emptyKeys a key that is absent is empty, too: the reader reports what is wrong with it.
   * @throws MlflowError naming the pair.
   */
  keyValues(name: string, { emptyKeys = false } = {}): KeyValue[] {
    return this.objects(name).map(({ key: given, value }, index) => {
      const key = emptyKeys ? (given ?? '') : given;
      if (key === undefined || key === null || (key === '' && !emptyKeys)) {
        throw missingParameter(`${name}[${index}].key`);
      }
      if (typeof key !== 'string') {
        throw wrongType(`${name}[${index}].key`, key);
      }
      if (value !== undefined && value !== null && typeof value !== 'string') {
        throw wrongType(`${name}[${index}].value`, value);
      }
      return { key, value: value ?? '' };
    });
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
