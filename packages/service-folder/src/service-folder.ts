import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ReleaseManifest } from '@slipway/contract';
import { z } from 'zod';

/** `process.json` in a service's folder: what its process says of itself. */
export const ServiceProcessFile = z.object({
  pid: z.number().int(),
  port: z.number().int(),
  url: z.string(),
  started_at: z.number().int()
});
export type ServiceProcessFile = z.infer<typeof ServiceProcessFile>;

const RequestsFile = z.record(z.string(), z.number().int().nonnegative());

/** Where everything of one service is stored inside the data folder. */
export class ServiceFolder {
  readonly path: string;

  /** @param dataFolder the `.slipway` folder. */
  constructor(dataFolder: string, service: string) {
    this.path = path.join(dataFolder, 'services', service);
  }

  get manifestFile(): string {
    return path.join(this.path, 'release.json');
  }

  get processFile(): string {
    return path.join(this.path, 'process.json');
  }

  get requestsFile(): string {
    return path.join(this.path, 'requests.json');
  }

  bundle(digest: string): string {
    return path.join(this.path, 'bundles', digest);
  }

  /** The current release, or null when there is none or it cannot be read. */
  async readManifest(): Promise<ReleaseManifest | null> {
    return readJson(this.manifestFile, ReleaseManifest);
  }

  async readProcess(): Promise<ServiceProcessFile | null> {
    return readJson(this.processFile, ServiceProcessFile);
  }

  /** Replaces the manifest in one step, so that a reader sees the old one or the new one. */
  async writeManifest(manifest: ReleaseManifest): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await writeAtomically(this.manifestFile, manifest);
  }

  /** Retires the service: it is not started any more. */
  async removeManifest(): Promise<void> {
    await rm(this.manifestFile, { force: true });
  }

  /** Requests that were answered, by version. */
  async readRequests(): Promise<Record<string, number>> {
    return (await readJson(this.requestsFile, RequestsFile)) ?? {};
  }

  async writeRequests(counts: Readonly<Record<string, number>>): Promise<void> {
    await writeAtomically(this.requestsFile, counts);
  }

  async writeProcess(process: ServiceProcessFile): Promise<void> {
    await writeAtomically(this.processFile, process);
  }
}

/** Names of all services that have a release. */
export async function listServiceNames(dataFolder: string): Promise<string[]> {
  try {
    const entries = await readdir(path.join(dataFolder, 'services'), { withFileTypes: true });
    return entries.filter(entry => entry.isDirectory()).map(entry => entry.name);
  } catch {
    return [];
  }
}

async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T | null> {
  try {
    const parsed = schema.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

async function writeAtomically(file: string, value: unknown): Promise<void> {
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, JSON.stringify(value, null, 1) + '\n', { mode: 0o600 });
  await rename(draft, file);
}
