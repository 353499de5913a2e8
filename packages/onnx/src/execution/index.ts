export * from './containment.js';
export * from './model.js';
