import type { DatasetVersion } from '@slipway/contract';

/**
 * The source of a cell that reads a dataset again from its source, into a variable named after it. The same rows give
 * the same version. A derived dataset names its parents and its derivation.
 */
export function datasetCell(
  dataset: Pick<DatasetVersion, 'name' | 'version' | 'source' | 'time_column' | 'derivation' | 'parents'>
): string {
  const [parent] = dataset.parents;
  const name = parent?.name ?? dataset.name;
  const options = dataset.time_column === null ? '' : `, { time: ${JSON.stringify(dataset.time_column)} }`;
  const read = `const ${variableName(name)} = await slip.data(${JSON.stringify(name)}, ${JSON.stringify(dataset.source)}${options});`;
  if (parent === undefined) {
    return read;
  }
  const how = (dataset.derivation ?? '').replace(/\s+/g, ' ').trim();
  return `${read}\n// ${dataset.name}@${dataset.version} was made from ${parent.name}@${parent.version}: ${how}`;
}

function variableName(name: string): string {
  const words = name.split(/[^A-Za-z0-9_$]+/).filter(word => word !== '');
  const joined = words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
  return /^[A-Za-z_$]/.test(joined) ? joined : `data${joined}`;
}
