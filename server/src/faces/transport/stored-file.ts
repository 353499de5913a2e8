import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StoredFile } from '../../platform/artifacts/stored-file.js';
import { parseRange } from './byte-range.js';

/**
 * Sends a stored file, or the range of it that was asked for (RFC 9110, section 14: one range, and `If-Range`). As a
 * download, never as a page: what a user logged must not run in this server's origin.
 *
 * @param name what a browser saves it as.
 */
export async function sendStoredFile(
  request: FastifyRequest,
  reply: FastifyReply,
  file: StoredFile,
  name: string
): Promise<FastifyReply> {
  const tag = `"${file.tag}"`;
  void reply
    .header('content-type', 'application/octet-stream')
    .header('content-disposition', attachment(name))
    .header('x-content-type-options', 'nosniff')
    .header('accept-ranges', 'bytes')
    .header('etag', tag);
  if (request.headers['if-none-match'] === tag) {
    return reply.code(304).send();
  }
  const sameFile = (request.headers['if-range'] ?? tag) === tag;
  const range = parseRange(sameFile ? request.headers.range : undefined, file.size);
  if (range === 'none of it') {
    return reply.code(416).header('content-range', `bytes */${file.size}`).send();
  }
  const { stream } = await file.open(range);
  if (range === undefined) {
    return reply.header('content-length', file.size).send(stream);
  }
  return reply
    .code(206)
    .header('content-range', `bytes ${range.start}-${range.end}/${file.size}`)
    .header('content-length', range.end - range.start + 1)
    .send(stream);
}

/** As MLflow's server writes it; names that are not ASCII once more in full, for clients that can read that (RFC 6266). */
function attachment(name: string): string {
  if (/^[\w.!#$&+^`|~-]+$/.test(name)) {
    return `attachment; filename=${name}`;
  }
  const plain = name.replace(/[^ -~]/g, '_').replace(/["\\]/g, '\\$&');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
