/** What the user must specify, because the file does not. */
export interface Question {
  /** The option that answers it, by its name in `ImportOptions`. */
  readonly option: 'inputs' | 'labels' | 'values' | 'task' | 'scores' | 'outputs' | 'sample';
  /** A value that would do, with placeholders: what is to be typed. */
  readonly example: string | readonly string[] | Readonly<Record<string, string | readonly string[]>>;
}

/** Stable codes of what prevents an import. */
export type ImportErrorCode = 'ONNX_INVALID' | 'ONNX_UNSUPPORTED' | 'IMPORT_UNCLEAR';

/** A file that cannot be imported, or not yet: what is wrong, and what to do or which option to give. */
export class OnnxImportError extends Error {
  readonly code: ImportErrorCode;
  readonly remedy: string | undefined;
  /** Options that would settle it; each face words them in its own way. */
  readonly questions: readonly Question[];

  constructor(
    code: ImportErrorCode,
    message: string,
    details: { remedy?: string; questions?: readonly Question[]; cause?: unknown } = {}
  ) {
    super(message, { cause: details.cause });
    this.name = 'OnnxImportError';
    this.code = code;
    this.remedy = details.remedy;
    this.questions = details.questions ?? [];
  }
}
