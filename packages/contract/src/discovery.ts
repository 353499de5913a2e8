import { z } from 'zod';
import { Service } from './services.js';
import { NotebookSession } from './sessions.js';
import { Timestamp } from './scalars.js';

/** `.slipway/server.json`: how a client on this machine finds the metadata server. Readable by its owner only. */
export const ServerFile = z.object({
  url: z.string(),
  pid: z.number().int(),
  token_file: z.string().describe('Absolute path of the file that holds the bearer token.'),
  started_at: Timestamp,
  version: z.string()
});
export type ServerFile = z.infer<typeof ServerFile>;

export const ServerStatus = z.object({
  version: z.string(),
  pid: z.number().int(),
  url: z.string(),
  data_dir: z.string(),
  started_at: Timestamp,
  database_bytes: z.number().int(),
  artifact_bytes: z.number().int(),
  memory_bytes: z.number().int(),
  counts: z.object({
    runs: z.number().int(),
    datasets: z.number().int(),
    models: z.number().int(),
    cells: z.number().int()
  }),
  services: z.array(Service),
  sessions: z.array(NotebookSession).describe('Kernels that are alive.')
});
export type ServerStatus = z.infer<typeof ServerStatus>;
