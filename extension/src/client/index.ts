export { SlipwayClient } from './client.js';
export type { CallInput, JsonOperation, Transport } from './client.js';
export { asCallError, CallError, ContractError, RefusedError, UnreachableError } from './errors.js';
export { EventStreamParser } from './event-stream.js';
export type { StreamMessage } from './event-stream.js';
