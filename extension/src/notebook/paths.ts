/**
 * The path by which JupyterLab knows a notebook that a kernel names: kernels often know the absolute path, JupyterLab only
 * what is below the folder it was started in.
 *
 * @param serverRoot that folder, as JupyterLab tells it; may begin with `~` and then cannot be compared.
 */
export function contentsPath(path: string, serverRoot: string): string {
  const root = serverRoot.replaceAll('\\', '/').replace(/\/+$/, '');
  const normal = path.replaceAll('\\', '/');
  return root !== '' && normal.startsWith(`${root}/`) ? normal.slice(root.length + 1) : normal.replace(/^\/+/, '');
}
