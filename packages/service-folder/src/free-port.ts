import { createServer } from 'node:net';

/** First port that services take; each keeps its own over restarts. */
export const FIRST_SERVICE_PORT = 18601;

/** The first port from `start` on that nothing on 127.0.0.1 holds. @throws Error when 200 ports in a row are taken. */
export async function freePort(start: number, taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let port = start; port < start + 200; port++) {
    if (!taken.has(port) && (await isFree(port))) {
      return port;
    }
  }
  throw new Error(`No free port between ${start} and ${start + 199} on 127.0.0.1.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ host: '127.0.0.1', port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
