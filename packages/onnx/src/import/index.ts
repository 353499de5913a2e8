export { bundleOf, importedBundle, jsonFile, type BundleContents } from './bundle.js';
export { OnnxImportError, type ImportErrorCode, type Question } from './errors.js';
export { namedFeeds } from './feeds.js';
export { IMPORT_TOLERANCE, importOnnx, type ImportedModel } from './import-onnx.js';
export type { ImportOptions, ImportTask, PixelOptions } from './options.js';
export { otherLabels } from './parity.js';
export { LoadedGraph, type GraphTensor } from './runtime.js';
