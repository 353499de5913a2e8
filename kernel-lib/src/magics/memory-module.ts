const MODULE_COMMENT = /^\s*\/\*\*(?:(?!\*\/)[\s\S])*?@module\s+([\w./-]+)(?:(?!\*\/)[\s\S])*?\*\//;
const JSX_TAG = /@jsx\b/;

/** The file name of the module that a cell with the comment `@module name` declares; null for any other cell. */
export function moduleOfCell(source: string): string | null {
  const found = MODULE_COMMENT.exec(source);
  const name = found?.[1];
  if (!found || !name) {
    return null;
  }
  return `${name.replace(/^\.\//, '')}${JSX_TAG.test(found[0]) ? '.tsx' : '.ts'}`;
}
