import { Token } from '@lumino/coreutils';
import type { EnvironmentName } from '@slipway/contract';
import type { OutputLimits } from '@slipway/recording';
import type { z } from 'zod';
import type { SlipwayClient } from '@slipway/client';
import type { Host } from './components/index.js';
import type { ILiveConnection } from './live/index.js';
import type { Outbox } from './observing/index.js';

/** The clients of the metadata server and of JupyterLab, shared by all parts of the extension. */
export interface ISlipway {
  readonly client: SlipwayClient;
  readonly connection: ILiveConnection;
  readonly host: Host;
  /** Current values: the user may change them at any time, so read them at each use. */
  readonly settings: SlipwaySettings;
}

/** Sends this page's records of notebooks to the server. */
export type IRecordOutbox = Pick<Outbox, 'add'>;

export const IRecordOutbox = new Token<IRecordOutbox>(
  '@slipway/lab:IRecordOutbox',
  'Brings what this page saw of notebooks to the metadata server.'
);

/** The user's settings; the schema (`schema/plugin.json`) says what they mean. */
export interface SlipwaySettings {
  readonly defaultEnvironment: z.infer<typeof EnvironmentName>;
  readonly runsPerPage: number;
  readonly openServiceAfterPromotion: boolean;
  /** Characters, per cell and per session, of kernels that keep no record themselves. */
  readonly recordedOutputs: OutputLimits;
}

export const ISlipway = new Token<ISlipway>(
  '@slipway/lab:ISlipway',
  'The client of the Slipway metadata server, its live connection, and the user settings.'
);
