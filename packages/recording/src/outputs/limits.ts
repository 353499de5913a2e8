/** How much of what cells show goes on record, in characters. 0 records no outputs. */
export interface OutputLimits {
  /** Of one execution. */
  readonly cell: number;
  /** Of a session: what is sent again because it changed counts again. */
  readonly session: number;
}

export const DEFAULT_OUTPUT_LIMITS: OutputLimits = { cell: 4_000_000, session: 200_000_000 };

/** Of a longer stream its begin and its end are kept, each up to this many characters. */
export const STREAM_END_CHARACTERS = 64_000;

/** Of more outputs the first and the last are kept. */
export const FIRST_OUTPUTS = 400;
export const LAST_OUTPUTS = 100;
