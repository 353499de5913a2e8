import { counted } from '@slipway/wording';
import { readFile } from 'node:fs/promises';
import { ServerStatus, type ServerFile } from '@slipway/contract';
import { DataFolder } from '../../platform/data-folder.js';
import { dataFolder, parseOptions } from './options.js';
import { serviceProcesses, supervisorProcess } from './processes-of.js';

export const statusHelp = `slipway status [--data DIR] [--json]

Shows the server, the services and the kernels: where they answer, process ids, sizes.
`;

const TIMEOUT_MS = 5000;

/** @returns 0 when the server answers, else 1. */
export async function statusCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { data: { type: 'string' }, json: { type: 'boolean' } });
  const folder = DataFolder.at(dataFolder(options.data));
  const server = await folder.runningServer();
  const status = server === undefined ? undefined : await askStatus(server);
  const services = await serviceProcesses(folder);
  if (options.json === true) {
    const supervisor = (await supervisorProcess(folder)) ?? null;
    console.log(JSON.stringify({ server: status ?? null, supervisor, service_processes: services }, null, 2));
    return status === undefined ? 1 : 0;
  }
  if (status === undefined) {
    console.log(
      server === undefined
        ? `No metadata server runs on ${folder.root}. Start it with \`slipway server\`.`
        : `The metadata server (process ${server.pid}) does not answer at ${server.url}.`
    );
  } else {
    printServer(status);
  }
  for (const service of services) {
    console.log(`service   ${service.name}  ${service.url}  process ${service.pid}  since ${when(service.started_at)}`);
  }
  for (const session of status?.sessions ?? []) {
    const where = session.notebook_path || '(no notebook)';
    console.log(
      `kernel    ${where}  ${session.kernel}  process ${session.pid ?? '?'}  ${counted(session.cell_count, 'cell')}`
    );
  }
  return status === undefined ? 1 : 0;
}

async function askStatus(server: ServerFile): Promise<ServerStatus | undefined> {
  try {
    const token = (await readFile(server.token_file, 'utf8')).trim();
    const response = await fetch(new URL('/api/v1/status', server.url), {
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS)
    });
    return response.ok ? ServerStatus.parse(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

function printServer(status: ServerStatus): void {
  const { counts } = status;
  console.log(
    `server    ${status.url}  process ${status.pid}  ${megabytes(status.memory_bytes)} MB memory  ` +
      `since ${when(status.started_at)}`
  );
  console.log(
    `data      ${status.data_dir}  database ${megabytes(status.database_bytes)} MB  ` +
      `artifacts ${megabytes(status.artifact_bytes)} MB  ${counted(counts.runs, 'run')}  ${counted(counts.cells, 'cell')}  ` +
      `${counted(counts.datasets, 'dataset')}  ${counted(counts.models, 'model')}`
  );
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function when(timestamp: number): string {
  return new Date(timestamp).toLocaleString();
}
