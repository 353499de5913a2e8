import type { Environment as RecordedEnvironment } from '@slipway/contract';
import { useEffect, useState } from 'react';
import { asCallError } from '@slipway/client';
import { Code } from '../components/index.js';
import { formatBytes, formatCount, useTranslation } from '../display/index.js';
import { Section } from './layout.js';
import { ParameterTable, type Fact } from './parameter-table.js';

interface EnvironmentProps {
  /** Null when it was not recorded: only Slipway kernels report it. */
  readonly environment: RecordedEnvironment | null;
  /** Shown before the facts of the environment. */
  readonly facts: readonly Fact[];
  readonly readBlob: (sha256: string, signal: AbortSignal) => Promise<Uint8Array>;
}

/** Environment of cells: machine, runtime, git with the uncommitted changes, and packages. */
export function Environment({ environment, facts, readBlob }: EnvironmentProps): JSX.Element {
  const trans = useTranslation();
  const git = environment?.git ?? null;
  const machine = environment?.machine;
  const all = [
    ...facts,
    { key: trans.__('Runtime'), value: environment?.runtime ?? '' },
    { key: trans.__('Platform'), value: environment?.platform ?? '' },
    { key: trans.__('Machine'), value: environment?.hostname ?? '' },
    { key: trans.__('Processor'), value: machine === undefined ? '' : `${machine.cpu} × ${machine.cores}` },
    { key: trans.__('Memory'), value: machine === undefined ? '' : formatBytes(machine.memory_bytes) },
    { key: trans.__('GPU'), value: machine?.gpus.join(', ') ?? '' },
    { key: trans.__('Branch'), value: git?.branch ?? '' },
    {
      key: trans.__('Commit'),
      value: git === null ? '' : git.dirty ? trans.__('%1, and changes', git.commit) : trans.__('%1, clean', git.commit)
    }
  ].filter(({ value }) => value !== '');
  const packages = Object.entries(environment?.packages ?? {}).map(([key, value]) => ({ key, value }));
  return (
    <>
      <Section title={trans.__('Where it ran')}>
        <ParameterTable params={all} />
      </Section>
      {git?.diff_blob === undefined ? null : (
        <Section title={trans.__('What differed from the commit')}>
          <Diff sha256={git.diff_blob.sha256} leftOut={git.diff_left_out ?? 0} readBlob={readBlob} />
        </Section>
      )}
      {packages.length === 0 ? null : (
        <Section title={trans.__('Packages')}>
          <ParameterTable params={packages} />
        </Section>
      )}
    </>
  );
}

interface DiffProps extends Pick<EnvironmentProps, 'readBlob'> {
  readonly sha256: string;
  /** Characters that were not recorded. */
  readonly leftOut: number;
}

function Diff({ sha256, leftOut, readBlob }: DiffProps): JSX.Element {
  const trans = useTranslation();
  const [text, setText] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useEffect(() => {
    const request = new AbortController();
    readBlob(sha256, request.signal).then(
      bytes => setText(new TextDecoder().decode(bytes)),
      (reason: unknown) => {
        if (!request.signal.aborted) {
          setFailure(asCallError(reason).message);
        }
      }
    );
    return () => request.abort();
  }, [sha256, readBlob]);
  return (
    <>
      {text === null ? null : <Code source={text} language="diff" />}
      {failure === null ? null : <p className="jp-SlipwayQuiet">{trans.__('It could not be read: %1', failure)}</p>}
      {leftOut === 0 ? null : (
        <p className="jp-SlipwayQuiet">
          {trans._n(
            '%2 character exceeded the limit of the record.',
            '%2 characters exceeded the limit of the record.',
            leftOut,
            formatCount(leftOut)
          )}
        </p>
      )}
    </>
  );
}
