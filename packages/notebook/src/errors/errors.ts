/** Stable codes of the errors that the library shows in a cell. */
export type SlipwayErrorCode =
  | 'DATA_NOT_FOUND'
  | 'DATA_EMPTY'
  | 'DATA_UNREADABLE'
  | 'DATA_EXPRESSION'
  | 'DATA_REFUSED'
  | 'COLUMN_UNKNOWN'
  | 'COLUMN_TYPE'
  | 'OPTION_INVALID'
  | 'TARGET_MISSING'
  | 'MODEL_NOT_EXPORTABLE'
  | 'MODEL_MISMATCH'
  | 'MODEL_MISSING'
  | 'MODEL_UNREADABLE'
  | 'PARITY_FAILED'
  | 'ONNX_INVALID'
  | 'ONNX_UNSUPPORTED'
  | 'IMPORT_UNCLEAR'
  | 'TRAINING_FAILED'
  | 'BACKEND_INSTALL'
  | 'BACKEND_UNAVAILABLE'
  | 'CHECKPOINT_INVALID'
  | 'SERVER_UNREACHABLE'
  | 'SERVER_REFUSED'
  | 'PREFLIGHT_FAILED'
  | 'SERVICE_UNAVAILABLE'
  | 'REQUEST_REFUSED'
  | 'SESSION_UNKNOWN'
  | 'FILE_EXISTS'
  | 'SCORING_INVALID'
  | 'MAGIC_UNKNOWN';

/** An error that the user can act on: what happened, to what, and (in `remedy`) what to do. */
export class SlipwayError extends Error {
  readonly code: SlipwayErrorCode;
  readonly remedy: string | undefined;

  constructor(code: SlipwayErrorCode, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(options.remedy ? `${message}\n${options.remedy}` : message, { cause: options.cause });
    this.name = 'SlipwayError';
    this.code = code;
    this.remedy = options.remedy;
  }
}
