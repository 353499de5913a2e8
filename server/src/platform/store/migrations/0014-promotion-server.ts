import type { Migration } from './schema-dialect.js';

/** Which of the servers on the database runs a promotion: only that one can tell that it was interrupted. */
export const promotionServer: Migration = {
  name: '0014-promotion-server',
  statements: () => [`alter table promotion add column server text`]
};
