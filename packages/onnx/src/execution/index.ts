export * from './containment.js';
export * from './graph-session.js';
export * from './model.js';
