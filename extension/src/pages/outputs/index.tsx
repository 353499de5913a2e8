import type { SessionCell } from '@slipway/contract';
import type { IOutput } from '@jupyterlab/nbformat';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { asCallError } from '@slipway/client';
import { useHost } from '../../components/index.js';
import { formatCount, useTranslation } from '../../display/index.js';
import type { OutputReader } from './reader.js';

export { OutputReader } from './reader.js';

/** Outputs are read when they are this close to the visible part of the page. */
const NEAR = '400px';

interface OutputsProps {
  readonly cell: SessionCell;
  readonly reader: OutputReader;
}

/** The recorded outputs of a cell, rendered by JupyterLab; nothing without a record. */
export function Outputs({ cell, reader }: OutputsProps): JSX.Element | null {
  const trans = useTranslation();
  const node = useRef<HTMLDivElement>(null);
  const isNear = useIsNear(node);
  const { outputs, failure } = useOutputs(cell, reader, isNear);
  if (cell.outputs === null || cell.outputs.count === 0) {
    return null;
  }
  return (
    <div className="jp-SlipwayOutputs" ref={node} role="group" aria-label={trans.__('Outputs')}>
      {outputs === null ? (
        <div
          className="jp-SlipwayOutputs-waiting"
          style={{ minHeight: `${Math.min(cell.outputs.count, 10) * 1.3}em` }}
        />
      ) : (
        <OutputArea outputs={outputs} />
      )}
      {failure === null ? null : (
        <p className="jp-SlipwayQuiet">{trans.__('The outputs could not be read: %1', failure)}</p>
      )}
      {cell.outputs.left_out === 0 ? null : (
        <p className="jp-SlipwayQuiet">
          {trans._n(
            '%2 character exceeded the limit of the record.',
            '%2 characters exceeded the limit of the record.',
            cell.outputs.left_out,
            formatCount(cell.outputs.left_out)
          )}
        </p>
      )}
    </div>
  );
}

/** Rendered by JupyterLab's output area as untrusted: no scripts run, and HTML is sanitized. */
function OutputArea({ outputs }: { readonly outputs: readonly IOutput[] }): JSX.Element {
  const { drawOutputs } = useHost();
  const node = useRef<HTMLDivElement>(null);
  // Lumino widgets must be detached while their node is still on the page.
  useLayoutEffect(() => {
    if (node.current === null || drawOutputs === null) {
      return;
    }
    const drawn = drawOutputs(outputs, node.current);
    return () => drawn.dispose();
  }, [outputs, drawOutputs]);
  return <div ref={node} />;
}

/** Reads again when the recorded outputs have changed. */
function useOutputs(
  cell: SessionCell,
  reader: OutputReader,
  isNear: boolean
): { outputs: readonly IOutput[] | null; failure: string | null } {
  const [outputs, setOutputs] = useState<readonly IOutput[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const { session_id, execution_id } = cell;
  const digest = cell.outputs?.digest;
  useEffect(() => {
    if (!isNear || digest === undefined) {
      return;
    }
    const request = new AbortController();
    reader.read(cell, request.signal).then(
      read => {
        if (!request.signal.aborted) {
          setOutputs(read);
          setFailure(null);
        }
      },
      (reason: unknown) => {
        if (!request.signal.aborted) {
          setFailure(asCallError(reason).message);
        }
      }
    );
    return () => request.abort();
    // The cell is a new object at each refresh of the page; these identify its outputs.
  }, [session_id, execution_id, digest, reader, isNear]);
  return { outputs, failure };
}

/** True from the moment when the node first came near the visible part of the page. */
function useIsNear(node: React.RefObject<HTMLElement>): boolean {
  const [isNear, setIsNear] = useState(false);
  useEffect(() => {
    const element = node.current;
    if (element === null || isNear) {
      return;
    }
    const observer = new IntersectionObserver(
      entries => {
        if (entries.some(entry => entry.isIntersecting)) {
          setIsNear(true);
        }
      },
      { rootMargin: NEAR }
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [node, isNear]);
  return isNear;
}
