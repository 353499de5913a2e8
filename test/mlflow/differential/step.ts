/** One request of the script. `{name}` in paths, queries and bodies is the value that an earlier step saved. */
export interface Step {
  readonly label: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/2.0/mlflow/`, or from the root when it begins with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON; a string is sent as it is. */
  readonly body?: unknown;
  readonly contentType?: string;
  /** Names for values of the answer, by their places in it, e.g. `run.info.run_id`. */
  readonly save?: Readonly<Record<string, string>>;
}

export function post(label: string, path: string, body: unknown, save?: Step['save']): Step {
  return { label, method: 'POST', path, body, ...(save === undefined ? {} : { save }) };
}

export function get(label: string, path: string, query: Step['query'] = {}): Step {
  return { label, method: 'GET', path, query };
}

export function send(method: 'PATCH' | 'DELETE' | 'PUT', label: string, path: string, body: unknown): Step {
  return { label, method, path, body };
}
