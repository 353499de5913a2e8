export * from './baselines.js';
export * from './icons.js';
export * from './names.js';
export * from './numbers.js';
export * from './status.js';
export * from './tensor.js';
export * from './times.js';
export * from './translation.js';
