import { partWidth, type DatePart } from './calendar.js';

/** One fitted step of a column's pipeline. Numbers are those of the training rows. */
export type FittedStep =
  | { kind: 'impute'; value: number }
  | { kind: 'standardize'; mean: number; std: number }
  | { kind: 'minMax'; min: number; max: number }
  | { kind: 'robust'; median: number; range: number }
  | { kind: 'bin'; edges: readonly number[] }
  | { kind: 'log1p' }
  /** Missing values go through to a model that takes them. */
  | { kind: 'keepMissing' };

/** What the values of categories are: the model's input is one of these, and takes them as they are in the frame. */
export type CategoryKind = 'text' | 'number' | 'boolean';

/** A fitted input column: how one named input of the model becomes numbers. */
export type FittedColumn =
  | { name: string; type: 'numeric'; steps: readonly FittedStep[]; range: { min: number; max: number } }
  | { name: string; type: 'boolean' }
  | { name: string; type: 'category'; categories: readonly string[]; of: CategoryKind }
  | { name: string; type: 'ordinal'; categories: readonly string[]; of: CategoryKind }
  /** Numbers of a moment, standardized by the training rows. */
  | { name: string; type: 'moment'; parts: readonly DatePart[]; means: readonly number[]; stds: readonly number[] }
  /** How often the words of each bucket occur in a text. */
  | { name: string; type: 'words'; buckets: number };

/** What an ordered category becomes that was not among those of the training rows, or is missing. */
export const UNKNOWN_ORDINAL = -1;

/** How many numbers a fitted column gives per row. */
export function columnWidth(column: FittedColumn): number {
  switch (column.type) {
    case 'category':
      return column.categories.length;
    case 'moment':
      return column.parts.reduce((sum, part) => sum + partWidth(part), 0);
    case 'words':
      return column.buckets;
    case 'numeric':
    case 'boolean':
    case 'ordinal':
      return 1;
  }
}

/** Applies one step to one value in float32, as the exported graph computes it. A missing value is NaN. */
export function applyStep(step: FittedStep, value: number): number {
  switch (step.kind) {
    case 'impute':
      return Number.isNaN(value) ? Math.fround(step.value) : value;
    case 'standardize':
      return Math.fround(Math.fround(value - Math.fround(step.mean)) / Math.fround(step.std));
    case 'minMax':
      return Math.fround(Math.fround(value - Math.fround(step.min)) / Math.fround(step.max - step.min));
    case 'robust':
      return Math.fround(Math.fround(value - Math.fround(step.median)) / Math.fround(step.range));
    case 'bin':
      return step.edges.reduce((bin, edge) => bin + (value >= Math.fround(edge) ? 1 : 0), 0);
    case 'log1p':
      return Math.fround(Math.log(Math.fround(1 + value)));
    case 'keepMissing':
      return value;
  }
}
