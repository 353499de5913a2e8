export { OnnxImportError, type ImportErrorCode, type Question } from './errors.js';
