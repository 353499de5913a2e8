import type { Kernel } from '@jupyterlab/services';

/** Name of our kernelspec. */
const KERNEL = 'slipway';

/** A failed export, with the kernel library's message. */
export class ExportError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ExportError';
  }
}

/** The exported session and its target. Paths are those of JupyterLab's files. */
export interface SessionExport {
  readonly sessionId: string;
  /** Path of the notebook that ran; empty when it is not known. */
  readonly notebookPath: string;
}

/** Where the copy goes: beside the notebook, named after it. */
export function exportPath({ sessionId, notebookPath }: SessionExport): string {
  const stem = notebookPath.replace(/\.ipynb$/, '') || 'session';
  return `${stem}-as-executed-${sessionId.slice(0, 8)}.ipynb`;
}

/**
 * Writes the notebook of a session as it was executed, from the record alone. The library that can do it lives in our
 * kernel, so one is started for it, outside the user's own, and ended again.
 *
 * @returns the path of the new notebook.
 * @throws ExportError when the library refuses; whatever JupyterLab throws when no kernel can be started.
 */
export async function exportSession(kernels: Kernel.IManager, wanted: SessionExport): Promise<string> {
  const path = exportPath(wanted);
  const kernel = await kernels.startNew({ name: KERNEL });
  try {
    const code =
      'import * as slip from "slipway";\n' +
      `await slip.session(${JSON.stringify(wanted.sessionId)}).export(${JSON.stringify(path)}, { overwrite: true });`;
    // Silent executions are not part of any record.
    const done = await kernel.requestExecute({ code, silent: true, store_history: false }).done;
    if (done.content.status === 'error') {
      throw new ExportError(done.content.evalue);
    }
    return path;
  } finally {
    await kernel.shutdown();
    kernel.dispose();
  }
}
