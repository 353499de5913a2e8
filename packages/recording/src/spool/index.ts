export * from './environment-secrets.js';
export * from './folder.js';
export * from './new-record.js';
export * from './recorder.js';
export * from './spool-file.js';
