import type { Migration } from './schema-dialect.js';

/** Cells are found by the words of their source. */
export const cellWords: Migration = {
  name: '0012-cell-words',
  statements: ({ wordIndex }) => wordIndex('cell_execution', 'source')
};
