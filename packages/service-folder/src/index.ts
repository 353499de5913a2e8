export * from './free-port.js';
export * from './service-folder.js';
