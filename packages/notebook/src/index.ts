export * from './context/cell-warning.js';
export * from './context/context.js';
export { notebook } from './context/standalone.js';
export * from './display/index.js';
export * from './errors/index.js';
export * from './temporary-folder.js';
