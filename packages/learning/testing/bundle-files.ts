/** A JSON file of a bundle, as the contract says it is. */
export function readBundleFile<T>(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
  schema: { parse(value: unknown): T }
): T {
  return schema.parse(JSON.parse(new TextDecoder().decode(files.get(name))));
}
