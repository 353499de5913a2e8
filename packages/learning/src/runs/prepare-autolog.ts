/** Has tfjs log to runs where a cell has loaded it by itself; where nothing has, it is not loaded for this. */
export async function prepareAutolog(): Promise<void> {
  if (!('_tfengine' in globalThis)) {
    return;
  }
  const { tensorflow } = await import('../backend/load-tfjs.js');
  await tensorflow();
}
