import type { StagedRecords } from './staged-records.js';
import { numbers, type WriteClient } from './write-client.js';

/** Writes what the rules of writing left in the staged rows of sessions and cells. */
export async function flushRecords(client: WriteClient, staged: StagedRecords): Promise<void> {
  await staged.sessionChanges.flush(client);
  for (const { session, sender, delivery } of staged.deliveries.values()) {
    await client.run(
      `insert into session_sender(session, sender, last_seq, missing) values($1, $2, $3, $4)
       on conflict(session, sender) do update set last_seq = excluded.last_seq, missing = excluded.missing`,
      [session, sender, delivery.last_seq, delivery.missing]
    );
  }
  await insertCells(client, staged);
  await staged.cellChanges.flush(client);
  const links = [...staged.links.values()];
  if (links.length > 0) {
    await client.run(
      'insert into cell_run(cell, run_id) select * from unnest($1::bigint[], $2::text[]) on conflict do nothing',
      [numbers(links.map(link => link.cell)), links.map(link => link.runId)]
    );
  }
  for (const [id, at] of staged.restored) {
    await client.run('update experiment set life = 0, updated_at = $2 where id = $1', [id, at]);
  }
}

async function insertCells(client: WriteClient, { newCells: cells }: StagedRecords): Promise<void> {
  if (cells.length > 0) {
    await client.run(
      `insert into cell_execution(id, uuid, session, position, execution_count, cell_id, message_id, source,
         source_sha256, status, started_at, start_told)
       select id, uuid, session, position, execution_count, cell_id, message_id, source, sha256, 'running', at, told
       from unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[],
         $9::text[], $10::bigint[], $11::bigint[])
         u(id, uuid, session, position, execution_count, cell_id, message_id, source, sha256, at, told)`,
      [
        numbers(cells.map(cell => cell.id)),
        cells.map(cell => cell.uuid),
        numbers(cells.map(cell => cell.session)),
        numbers(cells.map(cell => cell.position)),
        numbers(cells.map(cell => cell.execution_count)),
        cells.map(cell => cell.cell_id),
        cells.map(cell => cell.message_id),
        cells.map(cell => cell.source),
        cells.map(cell => cell.source_sha256),
        numbers(cells.map(cell => cell.started_at)),
        numbers(cells.map(cell => cell.start_told))
      ]
    );
  }
}
