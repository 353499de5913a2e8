import type { Migration } from './schema-dialect.js';

/**
 * What several servers on one database need: ids of metric series that none of them gives twice, and the live events of
 * all of them, newest thousands, in the order in which they were told.
 */
export const sharedDatabase: Migration = {
  name: '0007-shared-database',
  statements: ({ identity, counter }) => [
    ...counter('series_sid'),
    `create table live_event(id ${identity}, event text not null)`
  ]
};
