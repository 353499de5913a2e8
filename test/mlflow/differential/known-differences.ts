/** Steps whose answers differ, by the reason; docs/mlflow.md explains each of them. */
export const knownDifferences: Readonly<Record<string, readonly string[]>> = {
  'the database speaks': [
    'make the experiment again',
    'rename to a taken name',
    'name of a deleted experiment',
    'batch refused 3'
  ],
  'a client error is not a server error': [
    'experiment refused 8',
    'experiment refused 9',
    'experiment refused 10',
    'rename a deleted experiment',
    'version refused 14',
    'to none, archiving'
  ],
  'nothing is stored other than it was sent': [
    'run refused 5',
    'update to an unknown status',
    'metric refused 10',
    'batch refused 8',
    'inputs without name',
    'inputs without dataset',
    'body that is not JSON',
    'runs with options 7',
    'experiments with options 3',
    'models 0'
  ],
  'JSON in place of a page': ['body of a text type', 'unknown method', 'unknown route'],
  'a page token is a place, not a number of runs': ['second page of runs'],
  'a default where it is needed': ['experiments with options 0'],
  'one sentence for one mistake': ['versions, none'],
  'a dataset without its digest': ['logged models with options 5'],
  'a version says its logged model': ['version of a logged model'],
  'not here': ['server info', 'search traces', 'scorers']
};
