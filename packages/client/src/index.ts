export { SlipwayClient, type CallInput, type JsonOperation, type Transport } from './client.js';
export { asCallError, CallError, ContractError, RefusedError, UnreachableError } from './errors.js';
export { EventStreamParser, type StreamMessage } from './event-stream.js';
