export * from './client.js';
export * from './pending-models.js';
