import './operations.js';

export { data, type DataOptions } from './datasets/data.js';
export {
  execute,
  freshTable,
  type PlainValue,
  queryColumns,
  queryRows,
  quoteName,
  quoteText,
  readLists,
  unknownColumn
} from './engine/engine.js';
export type { Batch, BatchOptions } from './frame/batches.js';
export type { JoinOptions } from './frame/combine.js';
export type { SampleOptions } from './frame/look.js';
export { type FoldOptions, foldsOf } from './frame/folds.js';
export { deriveFrame, Frame, openFrame, type Lineage, type Shift } from './frame/frame.js';
export type { Split, SplitOptions } from './frame/split.js';
export { provideTfjs } from './frame/tfjs.js';
export { impossibleValues } from './profile/impossible-values.js';
export { type RowValue, writeRowsFile } from './readers/rows-file.js';
export type { ColumnRule, DataSchema } from './readers/schema.js';
export type { DatabaseQuery } from './sources/database-query.js';
