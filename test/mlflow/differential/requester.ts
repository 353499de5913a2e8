import type { Step } from './step.js';

export interface Reply {
  readonly status: number;
  /** The parsed answer, with ids and times replaced by what they represent; the text when it is not JSON. */
  readonly content: unknown;
}

const API = '/api/2.0/mlflow/';
/** Fields of MLflow's that say nothing here; docs/mlflow.md names them. */
const LEFT_OUT = ['error_class', 'sqlstate', 'workspace'];
/** Fields whose values depend on when and by whom the request was made. */
const VARYING = /(?:^|_)(?:time|timestamp|timestamp_ms)$|^(?:user_id|next_page_token)$/;

/** Sends the steps of the script to one server, and remembers what its ids represent. */
export class Requester {
  readonly #url: string;
  readonly #authorization: string | undefined;
  readonly #saved = new Map<string, string>();

  constructor(url: string, token?: string) {
    this.#url = url;
    this.#authorization = token === undefined ? undefined : `Bearer ${token}`;
  }

  /** Gives a value a name before the script begins. */
  set(name: string, value: string): void {
    this.#saved.set(name, value);
  }

  async send(step: Step): Promise<Reply> {
    const url = new URL(this.#filled(step.path.startsWith('/') ? step.path : API + step.path), this.#url);
    for (const [name, value] of Object.entries(step.query ?? {})) {
      for (const each of typeof value === 'string' ? [value] : value) {
        url.searchParams.append(name, this.#filled(each));
      }
    }
    const body = step.body === undefined ? undefined : this.#body(step.body);
    const response = await fetch(url, {
      method: step.method,
      headers: {
        ...(this.#authorization === undefined ? {} : { authorization: this.#authorization }),
        ...(body === undefined ? {} : { 'content-type': step.contentType ?? 'application/json' })
      },
      ...(body === undefined ? {} : { body })
    });
    const text = await response.text();
    const json = parsed(text);
    for (const [name, place] of Object.entries(step.save ?? {})) {
      this.#saved.set(name, String(at(json, place) ?? `missing-${name}`));
    }
    return { status: response.status, content: json === undefined ? this.#anonymous(text) : this.#plain(json) };
  }

  #body(body: unknown): string {
    return this.#filled(typeof body === 'string' ? body : JSON.stringify(body));
  }

  #filled(text: string): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => this.#saved.get(name) ?? whole);
  }

  #plain(value: unknown): unknown {
    if (typeof value === 'string') {
      return this.#anonymous(value);
    }
    if (Array.isArray(value)) {
      const plain = value.map(each => this.#plain(each));
      // Tags, parameters and metrics are sets: their order says nothing.
      return plain.every(hasKey) ? plain.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : plain;
    }
    if (typeof value === 'object' && value !== null) {
      const kept = Object.entries(value).filter(([name]) => !LEFT_OUT.includes(name));
      const fields = kept.map(([name, each]) => [
        name,
        VARYING.test(name)
          ? '…'
          : name === 'experiment_id'
            ? this.#anonymous(`experiment_id:${String(each)}`)
            : this.#plain(each)
      ]);
      return Object.fromEntries(fields.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)));
    }
    return value;
  }

  #anonymous(text: string): string {
    let plain = text;
    for (const [name, value] of this.#saved) {
      if (/^\d+$/.test(value)) {
        plain = plain.replace(
          new RegExp(`(?<=^experiment_id:|mlflow-artifacts:/|id=|id |experiment )${value}(?=$|[/ ])`, 'g'),
          `{${name}}`
        );
      } else {
        plain = plain.replaceAll(value, `{${name}}`);
      }
    }
    // Python's sets have no order.
    return plain.replace(/\{('[^{}]*')\}/g, (_, inner: string) => `{${inner.split(', ').sort().join(', ')}}`);
  }
}

function hasKey(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'key' in value;
}

function parsed(text: string): unknown {
  try {
    // Python writes NaN where JSON has no word for it.
    return JSON.parse(text.replace(/:\s*NaN\b/g, ': "NaN"'));
  } catch {
    return undefined;
  }
}

function at(value: unknown, place: string): unknown {
  return place
    .split('.')
    .reduce<unknown>((inside, name) => (inside as Record<string, unknown> | undefined)?.[name], value);
}
