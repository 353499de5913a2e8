import { LightClient } from '../light-client.ts';
import type { Target } from './target.ts';

const API = '/api/2.0/mlflow';

/** Posts JSON, and reads the answer. */
export async function post<T>({ url, token }: Target, route: string, body: unknown): Promise<T> {
  const response = await fetch(`${url}${API}/${route}`, {
    method: 'POST',
    headers: headers(token),
    body: JSON.stringify(body)
  });
  return read(response, route);
}

/** Sends a GET request and waits for the last byte of the answer; reading it would be the client's time. */
export async function download({ url, token }: Target, path: string): Promise<void> {
  await received(await fetch(`${url}${path}`, { headers: headers(token) }), path);
}

/** As `download`, by POST. */
export async function downloadPost({ url, token }: Target, route: string, body: unknown): Promise<void> {
  const request = { method: 'POST', headers: headers(token), body: JSON.stringify(body) };
  await received(await fetch(`${url}${API}/${route}`, request), route);
}

export async function createRun(target: Target, experiment: string): Promise<string> {
  const created = await post<{ run: { info: { run_id: string } } }>(target, 'runs/create', {
    experiment_id: experiment,
    start_time: Date.now()
  });
  return created.run.info.run_id;
}

export async function createExperiment(target: Target, name: string): Promise<string> {
  return (await post<{ experiment_id: string }>(target, 'experiments/create', { name })).experiment_id;
}

/** The bytes of a request for the light client. */
export function prepared({ url, token }: Target, route: string, body: unknown): Buffer {
  return LightClient.post(url, `${API}/${route}`, JSON.stringify(body), token);
}

function headers(token: string): Record<string, string> {
  return { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) };
}

async function received(response: Response, what: string): Promise<void> {
  const bytes = await response.arrayBuffer();
  if (!response.ok || bytes.byteLength < 3) {
    throw new Error(`${what} answered ${response.status}.`);
  }
}

async function read<T>(response: Response, what: string): Promise<T> {
  if (!response.ok) {
    throw new Error(`${what} answered ${response.status}: ${await response.text()}`);
  }
  return (await response.json()) as T;
}
