import type { ComparedValue, RunComparison, RunDetail } from '@slipway/contract';

/** Lays runs side by side; what differs comes first, then by kind and name. */
export function compareRuns(details: readonly RunDetail[]): RunComparison {
  const values = [
    ...side('param', details, run => run.params.map(({ key, value }) => [key, value])),
    ...side('metric', details, run => run.metrics.map(({ key, value }) => [key, value])),
    ...side('input', details, run => run.inputs.map(({ name, context, digest }) => [inputKey(name, context), digest])),
    ...side('tag', details, run => run.tags.map(({ key, value }) => [key, value]))
  ];
  return {
    runs: details.map(
      ({ params: _params, tags: _tags, inputs: _inputs, outputs: _outputs, artifacts: _artifacts, ...run }) => run
    ),
    values: [...values.filter(value => value.differs), ...values.filter(value => !value.differs)]
  };
}

function inputKey(name: string, context: string): string {
  return context === '' ? name : `${name} (${context})`;
}

function side(
  kind: ComparedValue['kind'],
  runs: readonly RunDetail[],
  read: (run: RunDetail) => (readonly [string, string | number])[]
): ComparedValue[] {
  const maps = runs.map(run => new Map(read(run)));
  const keys = [...new Set(maps.flatMap(map => [...map.keys()]))].sort();
  return keys.map(key => {
    const values = maps.map(map => map.get(key) ?? null);
    return { kind, key, values, differs: values.some(value => value !== values[0]) };
  });
}
