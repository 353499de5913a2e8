import type { Migration } from './schema-dialect.js';

/** Files that cells read and wrote, as they were then. */
export const cellFiles: Migration = {
  name: '0013-cell-files',
  statements: () => [`alter table cell_execution add column files text`]
};
