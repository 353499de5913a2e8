export { flatRow, inputType, isTensor, rowShape, rowSize, RowShapeError, shapeText, sizeOf } from './row-shape.js';
export {
  decodeImage,
  LARGEST_IMAGE_BYTES,
  LARGEST_IMAGE_PIXELS,
  ImageError,
  imageSize,
  type ImageShape
} from './images.js';
export { namedValues, valueNamed } from './named-values.js';
export { imageBytes } from './image-text.js';
export * from './requests/images.js';
export * from './requests/predictions.js';
export * from './requests/records.js';
export * from './requests/request-error.js';
export * from './requests/tensor-values.js';
export * from './requests/tensors.js';
