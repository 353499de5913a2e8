import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Port = z.number().int().min(0).max(65535);

/** The connection file that a Jupyter front end writes for the kernel it starts. */
export const Connection = z.object({
  transport: z.string().default('tcp'),
  ip: z.string(),
  key: z.string(),
  signature_scheme: z.literal('hmac-sha256').default('hmac-sha256'),
  shell_port: Port,
  iopub_port: Port,
  stdin_port: Port,
  control_port: Port,
  hb_port: Port
});
export type Connection = z.infer<typeof Connection>;

/**
 * Reads a connection file.
 *
 * @throws Error when the file is missing or is not a connection file.
 */
export function readConnection(file: string): Connection {
  const parsed = Connection.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) {
    throw new Error(`${file} is not a Jupyter connection file: ${z.prettifyError(parsed.error)}`);
  }
  return parsed.data;
}

/** ZeroMQ address of a port; the ipc transport writes it after a dash. */
export function addressOf(connection: Connection, port: number): string {
  const separator = connection.transport === 'ipc' ? '-' : ':';
  return `${connection.transport}://${connection.ip}${separator}${port}`;
}
