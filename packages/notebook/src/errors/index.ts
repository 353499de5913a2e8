export * from './errors.js';
export * from './near-names.js';
