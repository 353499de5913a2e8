export * from './containers.js';
export * from './external-data.js';
export * from './graph-nodes.js';
export * from './protobuf-writer.js';
export * from './protobuf.js';
export * from './tensor-places.js';
export * from './value-info.js';
export * from './wire.js';
