import { rmSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isProcessAlive } from '../../platform/processes.js';

/** `supervisor.json` in the data folder: who keeps its processes running, and where JupyterLab answers. */
export const SupervisorFile = z.object({
  pid: z.number().int(),
  started_at: z.number().int(),
  /** JupyterLab's address with its token; null when it does not run JupyterLab. */
  lab_url: z.string().nullable(),
  /** Process ids of what it started, to clean up after a supervisor that was killed. */
  children: z.array(z.object({ name: z.string(), pid: z.number().int() }))
});
export type SupervisorFile = z.infer<typeof SupervisorFile>;

export function supervisorFilePath(dataFolder: string): string {
  return path.join(dataFolder, 'supervisor.json');
}

/** The content of the file, or null when it does not exist. */
export async function readSupervisorFile(dataFolder: string): Promise<SupervisorFile | null> {
  try {
    const parsed = SupervisorFile.safeParse(JSON.parse(await readFile(supervisorFilePath(dataFolder), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** The supervisor that runs now, or null. */
export async function liveSupervisor(dataFolder: string): Promise<SupervisorFile | null> {
  const file = await readSupervisorFile(dataFolder);
  return file && isProcessAlive(file.pid) ? file : null;
}

export async function writeSupervisorFile(dataFolder: string, file: SupervisorFile): Promise<void> {
  const target = supervisorFilePath(dataFolder);
  const draft = `${target}.${process.pid}.tmp`;
  await writeFile(draft, JSON.stringify(file, null, 1) + '\n', { mode: 0o600 });
  await rename(draft, target);
}

/** Removes the file if it is this process's own. */
export async function removeSupervisorFile(dataFolder: string): Promise<void> {
  const file = await readSupervisorFile(dataFolder);
  if (file?.pid === process.pid) {
    rmSync(supervisorFilePath(dataFolder), { force: true });
  }
}
