import type { RunDetail } from '@slipway/contract';
import type { SlipwayClient } from '@slipway/client';
import { useEffect, useState } from 'react';
import { EmptyNote } from '../../components/index.js';
import { formatBytes, useTranslation } from '../../display/index.js';
import { messageOf } from '@slipway/wording';
import { previewOf, type Preview } from './preview.js';

type Artifact = RunDetail['artifacts'][number];
type ReadBlob = SlipwayClient['readBlob'];

/** Files of the run: text and images are shown here, and each file can be downloaded. */
export function Artifacts({ run, readBlob }: { readonly run: RunDetail; readonly readBlob: ReadBlob }): JSX.Element {
  const trans = useTranslation();
  const [shown, setShown] = useState<string | null>(null);
  if (run.artifacts.length === 0) {
    return (
      <EmptyNote>
        <p>{trans.__('This run has no files.')}</p>
      </EmptyNote>
    );
  }
  return (
    <table className="jp-SlipwayTable jp-SlipwayArtifacts">
      <thead>
        <tr>
          <th scope="col">{trans.__('File')}</th>
          <th scope="col" className="jp-mod-number">
            {trans.__('Size')}
          </th>
          <th scope="col">{trans.__('SHA-256')}</th>
          <th scope="col">{trans.__('Actions')}</th>
        </tr>
      </thead>
      <tbody>
        {run.artifacts.map(artifact => (
          <ArtifactRow
            key={artifact.path}
            artifact={artifact}
            readBlob={readBlob}
            isShown={shown === artifact.path}
            onToggle={() => setShown(before => (before === artifact.path ? null : artifact.path))}
          />
        ))}
      </tbody>
    </table>
  );
}

interface ArtifactRowProps {
  readonly artifact: Artifact;
  readonly readBlob: ReadBlob;
  readonly isShown: boolean;
  readonly onToggle: () => void;
}

function ArtifactRow({ artifact, readBlob, isShown, onToggle }: ArtifactRowProps): JSX.Element {
  const trans = useTranslation();
  const [failure, setFailure] = useState<string | null>(null);
  const { path, size, sha256 } = artifact;
  const download = async (): Promise<void> => {
    try {
      setFailure(null);
      offer(await readBlob(sha256), path);
    } catch (reason) {
      setFailure(messageOf(reason));
    }
  };
  return (
    <>
      <tr>
        <th scope="row">{path}</th>
        <td className="jp-mod-number">{formatBytes(size)}</td>
        <td title={sha256}>
          <code>{sha256.slice(0, 12)}</code>
        </td>
        <td className="jp-SlipwayFacts">
          {previewOf(path, size) === null ? null : (
            <button type="button" className="jp-SlipwayLink" aria-expanded={isShown} onClick={onToggle}>
              {isShown ? trans.__('Hide') : trans.__('Show')}
            </button>
          )}
          <button
            type="button"
            className="jp-SlipwayLink"
            aria-label={trans.__('Download %1', path)}
            onClick={() => void download()}
          >
            {trans.__('Download')}
          </button>
          {failure === null ? null : <span role="alert">{failure}</span>}
        </td>
      </tr>
      {isShown ? (
        <tr>
          <td colSpan={4}>
            <Content artifact={artifact} readBlob={readBlob} />
          </td>
        </tr>
      ) : null}
    </>
  );
}

/** The file, shown as text or as an image; nothing in it runs. */
function Content({ artifact, readBlob }: Pick<ArtifactRowProps, 'artifact' | 'readBlob'>): JSX.Element {
  const trans = useTranslation();
  const { path, size, sha256 } = artifact;
  const [content, setContent] = useState<{ readonly kind: Preview['kind']; readonly text: string } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    let url: string | null = null;
    const read = async (): Promise<void> => {
      const preview = previewOf(path, size);
      const bytes = await readBlob(sha256, ended.signal);
      if (preview === null || ended.signal.aborted) {
        return;
      }
      switch (preview.kind) {
        case 'image':
          url = URL.createObjectURL(new Blob([bytes.slice()], { type: preview.mimeType }));
          setContent({ kind: 'image', text: url });
          return;
        case 'text':
          setContent({ kind: 'text', text: preview.textOf(bytes) });
          return;
      }
    };
    read().catch((reason: unknown) => {
      if (!ended.signal.aborted) {
        setFailure(messageOf(reason));
      }
    });
    return () => {
      ended.abort();
      if (url !== null) {
        URL.revokeObjectURL(url);
      }
    };
  }, [path, size, sha256, readBlob]);
  if (failure !== null) {
    return <p role="alert">{failure}</p>;
  }
  if (content === null) {
    return <p className="jp-SlipwayQuiet">{trans.__('Loading…')}</p>;
  }
  return content.kind === 'image' ? (
    <img className="jp-SlipwayArtifacts-image" src={content.text} alt={path} />
  ) : (
    <pre className="jp-SlipwayArtifacts-text">{content.text}</pre>
  );
}

/** Saves bytes as a file through the browser. */
function offer(bytes: Uint8Array, path: string): void {
  const url = URL.createObjectURL(new Blob([bytes.slice()], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = path.split('/').at(-1) ?? path;
  link.click();
  // The browser has taken the address when the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 0);
}
