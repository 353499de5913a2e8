import { parseOptions, UsageError } from './options.js';
import { CommandClient } from './server-client.js';

export const cellsHelp = `slipway cells [--session ID] [--json] [--data DIR]

Lists the executed cells of a notebook session (the newest one that has cells, unless another is named) in their order.
In a Python notebook: !slipway cells
`;

const SOURCE_CHARACTERS = 60;

/** @returns 0, or 1 when there is no such session. */
export async function cellsCommand(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, {
    session: { type: 'string' },
    json: { type: 'boolean' },
    data: { type: 'string' }
  });
  if (options.session !== undefined && !/^[\w-]{8,64}$/.test(options.session)) {
    throw new UsageError(`--session takes the id of a session, not '${options.session}'.`);
  }
  const client = await CommandClient.find(options.data);
  const id = options.session ?? (await newestSession(client));
  if (id === undefined) {
    console.log('No cell has been executed yet.');
    return 1;
  }
  const { cells } = await client.call('listSessionCells', { params: { session_id: id } });
  if (options.json === true) {
    console.log(JSON.stringify(cells, null, 2));
    return 0;
  }
  for (const cell of cells) {
    const time = cell.duration_ms === null ? '' : `${(cell.duration_ms / 1000).toFixed(2)} s`;
    const line = cell.source.trim().split('\n', 1)[0]!.slice(0, SOURCE_CHARACTERS);
    console.log(`${String(cell.order).padStart(4)}  ${cell.status.padEnd(11)} ${time.padStart(9)}  ${line}`);
    if (cell.error) {
      console.log(`      ${cell.error.name}: ${cell.error.message.split('\n', 1)[0]}`);
    }
  }
  return 0;
}

async function newestSession(client: CommandClient): Promise<string | undefined> {
  const { sessions } = await client.call('listSessions', { query: {} });
  return sessions.find(session => session.cell_count > 0)?.session_id;
}
