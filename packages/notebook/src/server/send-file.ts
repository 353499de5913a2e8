import { open, stat } from 'node:fs/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { text } from 'node:stream/consumers';

const BUFFER_BYTES = 1 << 18;

/**
 * Sends a file as the body of a PUT, through one buffer: the chunks of a `fetch` stay in memory until the garbage is
 * collected, which may be all of the file.
 *
 * @throws Error of the network, as `fetch` does.
 */
export async function sendFile(url: string, headers: Record<string, string>, file: string): Promise<Response> {
  const { size } = await stat(file);
  const { request } = url.startsWith('https:') ? https : http;
  const sending = request(url, { method: 'PUT', headers: { ...headers, 'content-length': size } });
  const answered = new Promise<Response>((resolve, reject) => {
    sending.once('error', reject);
    sending.once('response', answer => {
      text(answer).then(body => resolve(new Response(body, { status: answer.statusCode ?? 500 })), reject);
    });
  });
  // A server that refuses early closes the connection: its answer counts, not that the rest could not be written.
  const written = writeFile(sending, file).catch(() => undefined);
  const answer = await answered;
  await written;
  return answer;
}

async function writeFile(request: http.ClientRequest, file: string): Promise<void> {
  const handle = await open(file);
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  try {
    for (;;) {
      const { bytesRead } = await handle.read(buffer);
      if (bytesRead === 0) {
        break;
      }
      await new Promise<void>((resolve, reject) => {
        request.once('close', reject);
        request.write(buffer.subarray(0, bytesRead), error => {
          request.off('close', reject);
          if (error) {
            reject(error);
          } else {
            resolve();
          }
        });
      });
    }
    request.end();
  } finally {
    await handle.close();
  }
}
