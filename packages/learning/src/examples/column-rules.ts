import { unknownColumn } from '@slipway/frames';
import { SlipwayError } from '@slipway/notebook';
import { valueNamed } from '@slipway/tensor-inputs';
import type { GradientBoostingOptions } from '../models/specs.js';
import type { ColumnRule } from '../models/trees/binned-rows.js';
import type { ModelInputs } from '../prep/model-inputs.js';
import { columnWidth } from '../prep/steps.js';

/** More categories are an identifier rather than a kind. */
const MOST_CATEGORIES = 250;

/**
 * What boosting is told of each number of a row, from what was said of the columns.
 *
 * @throws SlipwayError COLUMN_UNKNOWN, COLUMN_TYPE for columns that the prep spreads over several numbers or that hold too
 * many categories, OPTION_INVALID for a monotone column where there are more than two classes.
 */
export function columnRules(
  prep: ModelInputs,
  categorical: readonly string[],
  monotone: NonNullable<GradientBoostingOptions['monotone']>,
  classes: number | null
): ColumnRule[] {
  if (prep.kind === 'tensor') {
    const named = [...categorical, ...Object.keys(monotone)][0];
    if (named === undefined) {
      return Array.from({ length: prep.width }, () => ({ categorical: false, monotone: 0 }));
    }
    throw unknownColumn(named, prep.names, 'among the inputs, whose rows are tensors');
  }
  const { names } = prep;
  for (const name of [...categorical, ...Object.keys(monotone)]) {
    const column = prep.columns.find(candidate => candidate.name === name);
    if (!column) {
      throw unknownColumn(name, names, 'among the columns of the prep');
    }
    if (columnWidth(column) !== 1) {
      throw new SlipwayError(
        'COLUMN_TYPE',
        `"${name}" becomes ${columnWidth(column)} numbers; boosting is to look at one.`,
        {
          remedy: `Use prep.codes("${name}") for it.`
        }
      );
    }
  }
  for (const column of prep.columns) {
    if (!categorical.includes(column.name)) {
      continue;
    }
    if (column.type !== 'ordinal') {
      throw new SlipwayError('COLUMN_TYPE', `"${column.name}" holds no numbered categories.`, {
        remedy: `Use prep.codes("${column.name}"), or prep.ordinal([…], "${column.name}").`
      });
    }
    if (column.categories.length > MOST_CATEGORIES) {
      throw new SlipwayError(
        'COLUMN_TYPE',
        `"${column.name}" has ${column.categories.length} categories; boosting takes ${MOST_CATEGORIES}.`,
        {
          remedy: 'Group rare values first, or leave the column out if it is an identifier.'
        }
      );
    }
  }
  if (Object.keys(monotone).length > 0 && classes !== null && classes > 2) {
    throw new SlipwayError('OPTION_INVALID', 'Of more than two classes none can rise or fall with a column alone.', {
      remedy: 'Leave out monotone, or predict numbers or two classes.'
    });
  }
  return prep.columns.flatMap(column =>
    Array.from({ length: columnWidth(column) }, (): ColumnRule => {
      const direction = valueNamed(monotone, column.name);
      return {
        categorical: categorical.includes(column.name),
        monotone: direction === undefined ? 0 : direction === 'rising' ? 1 : -1
      };
    })
  );
}
