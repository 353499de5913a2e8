import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { routes, ServerFile, type CellExecution, type RunSummary, type Service } from '@slipway/contract';
import type { z } from 'zod';
import { nodePath, ROOT } from '../harness/places.js';

/** The command line program, as a user calls it. */
export const PROGRAM = path.join(ROOT, 'server', 'bin', 'slipway.mjs');

export const EXAMPLE = path.join(ROOT, 'examples', '01-rain.ipynb');

export interface Finished {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; never rejects for an exit code. */
export function runToEnd(
  args: readonly string[],
  environment: Record<string, string | undefined> = {}
): Promise<Finished> {
  return new Promise(resolve => {
    execFile(
      nodePath(),
      [...args],
      { env: { ...process.env, ...environment }, maxBuffer: 10 << 20, timeout: 170_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, output: stdout + stderr });
      }
    );
  });
}

/** A fresh folder with a space and an umlaut in its name. */
export function freshFolder(): Promise<string> {
  return mkdtemp(path.join(os.tmpdir(), 'slipway übung '));
}

/** Process ids of this machine whose command line names `text`. */
export async function processesNaming(text: string): Promise<number[]> {
  const { stdout } = await new Promise<{ stdout: string }>(resolve =>
    execFile('ps', ['-eo', 'pid=,args='], { maxBuffer: 10 << 20 }, (_error, stdout) => resolve({ stdout }))
  );
  return stdout
    .split('\n')
    .filter(line => line.includes(text))
    .map(line => Number(line.trim().split(/\s+/)[0]));
}

/** Asks until `ask` gives something. @throws Error after `timeout` milliseconds. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null | undefined | false>,
  timeout = 60_000
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask().catch(() => null);
    if (answer) {
      return answer;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what} did not happen within ${timeout / 1000} s.`);
    }
    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

/** The metadata server of a folder, as a client finds it. */
export class ServerClient {
  constructor(private readonly dataFolder: string) {}

  async file(): Promise<ServerFile> {
    return ServerFile.parse(JSON.parse(await readFile(path.join(this.dataFolder, 'server.json'), 'utf8')));
  }

  async token(): Promise<string> {
    return (await readFile((await this.file()).token_file, 'utf8')).trim();
  }

  async runs(): Promise<RunSummary[]> {
    return (await this.#get('/api/v1/runs', routes.listRuns.answer)).runs;
  }

  async services(): Promise<Service[]> {
    return (await this.#get('/api/v1/services', routes.listServices.answer)).services;
  }

  /** Executed cells of every session, oldest session first. */
  async cells(): Promise<CellExecution[]> {
    const { sessions } = await this.#get('/api/v1/sessions', routes.listSessions.answer);
    const lists = await Promise.all(
      sessions
        .sort((a, b) => a.started_at - b.started_at)
        .map(s => this.#get(`/api/v1/sessions/${s.session_id}/cells`, routes.listSessionCells.answer))
    );
    return lists.flatMap(list => list.cells);
  }

  async #get<S extends z.ZodType>(route: string, schema: S): Promise<z.output<S>> {
    const { url } = await this.file();
    const response = await fetch(url + route, { headers: { authorization: `Bearer ${await this.token()}` } });
    if (!response.ok) {
      throw new Error(`${route} answered ${response.status}`);
    }
    return schema.parse(await response.json());
  }
}
