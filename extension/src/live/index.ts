export { LiveConnection } from './connection.js';
export type { ConnectionState, ILiveConnection } from './connection.js';
export { PageVisibility } from './page-visibility.js';
export { LiveQuery } from './query.js';
export type { LiveQueryOptions, Snapshot } from './query.js';
