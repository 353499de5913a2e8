export { flatRow, inputType, isTensor, rowShape, rowSize, RowShapeError, shapeText, sizeOf } from './row-shape.js';
export {
  decodePicture,
  LARGEST_PICTURE_BYTES,
  LARGEST_PICTURE_PIXELS,
  PictureError,
  pictureSize,
  type PictureShape
} from './pictures.js';
export { namedValues, valueNamed } from './named-values.js';
export { pictureBytes } from './picture-text.js';
export * from './requests/pictures.js';
export * from './requests/request-error.js';
export * from './requests/tensor-values.js';
export * from './requests/tensors.js';
