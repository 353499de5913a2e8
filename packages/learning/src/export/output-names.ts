/** The name of an output of the graph; another one where an input is named so. */
export function outputName(name: 'probabilities' | 'label' | 'value', inputs: readonly string[]): string {
  let free: string = name;
  while (inputs.includes(free)) {
    free = `predicted_${free}`;
  }
  return free;
}
