export * from './baselines.js';
export * from './icons.js';
export * from './names.js';
export * from '@slipway/wording';
export * from './status.js';
export * from './tensor.js';
export * from './times.js';
export * from './translation.js';
