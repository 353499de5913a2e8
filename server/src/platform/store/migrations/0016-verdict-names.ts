import type { Migration } from './schema-dialect.js';

/** Verdicts of reports are written like all other values of enums. */
export const verdictNames: Migration = {
  name: '0016-verdict-names',
  statements: () => [
    `update preflight_report set report = replace(report, '"verdict":"not applicable"', '"verdict":"not_applicable"')`
  ]
};
