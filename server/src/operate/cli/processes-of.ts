import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { DataFolder } from '../../platform/data-folder.js';
import { isProcessAlive } from '../../platform/processes.js';

const ProcessFile = z.object({
  pid: z.number().int().positive(),
  port: z.number().int(),
  url: z.string(),
  started_at: z.number().int()
});
const SupervisorFile = z.object({ pid: z.number().int().positive() });

export interface ServiceProcess extends z.infer<typeof ProcessFile> {
  readonly name: string;
}

/** Services whose processes live, as they said of themselves in `services/<name>/process.json`. */
export async function serviceProcesses(folder: DataFolder): Promise<ServiceProcess[]> {
  const names = await readdir(folder.services).catch(() => []);
  const found = await Promise.all(
    names.map(async name => {
      const file = ProcessFile.safeParse(await readJson(path.join(folder.services, name, 'process.json')));
      return file.success && isProcessAlive(file.data.pid) ? [{ name, ...file.data }] : [];
    })
  );
  return found.flat();
}

/** The supervisor's process id while it lives. */
export async function supervisorProcess(folder: DataFolder): Promise<number | undefined> {
  const file = SupervisorFile.safeParse(await readJson(folder.supervisorFile));
  return file.success && isProcessAlive(file.data.pid) ? file.data.pid : undefined;
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return undefined;
  }
}
