export * from './discovery.js';
export * from './leftovers.js';
export * from './record-source.js';
export * from './sender.js';
export * from './transport.js';
