import type { IOutput } from '@jupyterlab/nbformat';
import { OutputAreaModel, SimplifiedOutputArea } from '@jupyterlab/outputarea';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IDisposable } from '@lumino/disposable';
import { Widget } from '@lumino/widgets';

/**
 * Draws outputs into `node` as a notebook would. They come from a record that anybody may have written: they are not
 * trusted, so HTML is sanitized and no script runs.
 */
export function drawOutputs(
  rendermime: IRenderMimeRegistry,
  outputs: readonly IOutput[],
  node: HTMLElement
): IDisposable {
  const model = new OutputAreaModel({ values: [...outputs], trusted: false });
  const area = new SimplifiedOutputArea({ model, rendermime });
  Widget.attach(area, node);
  area.disposed.connect(() => model.dispose());
  return area;
}
