export * from './context/cell-warning.js';
export * from './context/context.js';
export { notebook } from './context/standalone.js';
export * from './display/html.js';
export * from './display/vega.js';
export * from './display/warning.js';
export * from './errors/index.js';
export * from './temporary-folder.js';
