import type { SpoolRecord } from '@slipway/contract';

/** `Omit` that keeps the members of a union apart. */
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** A record before the recorder gives it its sequence number and its time. */
export type NewRecord = DistributiveOmit<SpoolRecord, 'seq' | 'at'>;
