import { z } from 'zod';
import { CellExecutionId, Sha256 } from './scalars.js';

/** Bytes that the server keeps apart, under their hash. */
export const StoredContent = z.object({ sha256: Sha256, size: z.number().int().nonnegative().describe('Bytes.') });
export type StoredContent = z.infer<typeof StoredContent>;

const MimeType = z.string().min(1).max(200);
const Dictionary = z.record(z.string(), z.unknown());

/** Contents of these MIME types travel as base64. */
export const BINARY_MIME_TYPE = /^(image\/(?!svg)|audio\/|video\/|font\/|application\/(pdf|octet-stream|zip)$)/;

const shown = {
  data: z
    .record(MimeType, z.unknown())
    .describe('MIME type → content as in a notebook document: text, base64 of binary types, or JSON.'),
  metadata: Dictionary,
  blobs: z
    .record(MimeType, StoredContent)
    .optional()
    .describe('Large contents that the server keeps as blobs: binary types as their bytes, others as UTF-8 text.')
};

export const StreamName = z.enum(['stdout', 'stderr']);
export type StreamName = z.infer<typeof StreamName>;

/** One output of a cell, in the words of the notebook format (nbformat 4). */
export const CellOutput = z.discriminatedUnion('output_type', [
  z.object({ output_type: z.literal('stream'), name: StreamName, text: z.string() }),
  z.object({ output_type: z.literal('display_data'), ...shown }),
  z.object({ output_type: z.literal('execute_result'), execution_count: z.number().int().nullable(), ...shown }),
  z.object({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string())
  })
]);
export type CellOutput = z.infer<typeof CellOutput>;

/** How many characters the limits of the record kept out; 0: everything is there. */
const LeftOut = z.number().int().nonnegative().describe('Characters that the limits of the record kept out.');

/**
 * What an execution has shown so far, as one reporter saw it. A later report of the same reporter has a higher revision
 * and replaces the earlier one; the kernel's report takes precedence over a page's.
 */
export const OutputsReport = z.object({
  execution_id: CellExecutionId,
  revision: z.number().int().nonnegative().describe('Messages with outputs that the reporter had seen.'),
  outputs: z.array(CellOutput).max(2000),
  left_out: LeftOut
});
export type OutputsReport = z.infer<typeof OutputsReport>;

/** What of the outputs a list of cells says. */
export const OutputsSummary = z.object({
  count: z.number().int().nonnegative(),
  digest: Sha256.describe(
    'SHA-256 of what was shown, without counts, positions in tracebacks and other content that changes from run to run.'
  ),
  left_out: LeftOut
});
export type OutputsSummary = z.infer<typeof OutputsSummary>;

/** The outputs of one execution. */
export const RecordedOutputs = OutputsSummary.omit({ count: true }).extend({
  execution_id: CellExecutionId,
  outputs: z.array(CellOutput)
});
export type RecordedOutputs = z.infer<typeof RecordedOutputs>;
