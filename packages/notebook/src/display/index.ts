export * from './html.js';
export * from './vega.js';
export * from './warning.js';
