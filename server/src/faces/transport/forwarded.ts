import { BlockList, isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../../platform/errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Network address of the caller: as a trusted proxy reports it, else that of the connection. */
    callerAddress: string;
    /** Whether the connection comes from a proxy whose `X-Forwarded-*` headers are believed. */
    viaTrustedProxy: boolean;
  }
}

/** Addresses and networks of the proxies in front of this server. */
export class TrustedProxies {
  readonly #networks = new BlockList();

  /**
   * @param entries addresses (`10.0.0.7`, `::1`) and networks (`10.0.0.0/8`).
   * @throws InvalidRequestError for an entry that is neither.
   */
  constructor(entries: readonly string[]) {
    for (const entry of entries) {
      const [address = '', bits] = entry.split('/', 2);
      const family = isIP(address);
      const longest = family === 4 ? 32 : 128;
      const length = bits === undefined ? longest : Number(bits);
      if (family === 0 || bits === '' || !Number.isInteger(length) || length < 0 || length > longest) {
        throw new InvalidRequestError(`'${entry}' is not the address of a proxy.`, {
          where: '--trusted-proxies',
          remedy: 'Name addresses or networks, separated by commas, e.g. 127.0.0.1,10.0.0.0/8.'
        });
      }
      this.#networks.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6');
    }
  }

  trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#networks.check(address, family === 4 ? 'ipv4' : 'ipv6');
  }
}

/**
 * Finds out where each request comes from. Only trusted proxies may say so for others: everybody can send the headers.
 *
 * @param onUntrusted hears once of a proxy that is not trusted.
 */
export function readForwarded(
  server: FastifyInstance,
  proxies: TrustedProxies,
  onUntrusted: (address: string) => void
): void {
  let told = false;
  server.decorateRequest('callerAddress', '');
  server.decorateRequest('viaTrustedProxy', false);
  server.addHook('onRequest', (request, _reply, done) => {
    const peer = plain(request.raw.socket.remoteAddress ?? '');
    request.viaTrustedProxy = proxies.trusts(peer);
    request.callerAddress = request.viaTrustedProxy ? callerBehind(request, peer, proxies) : peer;
    done();
  });
  server.addHook('onResponse', (request, _reply, done) => {
    const forwarded = request.headers['x-forwarded-for'] !== undefined && !request.viaTrustedProxy;
    // JupyterLab's own proxy holds the owner's token, whose failed logins nobody counts.
    if (forwarded && !told && request.principal?.by !== 'owner') {
      told = true;
      onUntrusted(request.callerAddress);
    }
    done();
  });
}

/** Scheme, host and prefix under which the caller reached this server, without a slash at the end. */
export function externalUrl(request: FastifyRequest): string {
  const { headers } = request;
  // JupyterLab's proxy is known by the owner's token.
  const believed = request.viaTrustedProxy || request.principal?.by === 'owner' || request.principal?.by === 'open';
  const prefix = believed ? firstOf(headers['x-forwarded-prefix'], /^(?:\/[\w.~%-]+)*\/?$/) : undefined;
  const scheme = believed ? firstOf(headers['x-forwarded-proto'], /^https?$/) : undefined;
  const host = externalHost(request) ?? headers.host ?? '';
  return `${scheme ?? 'http'}://${host}${(prefix ?? '').replace(/\/$/, '')}`;
}

/** The host that a trusted proxy was asked for. */
export function externalHost(request: FastifyRequest): string | undefined {
  return request.viaTrustedProxy ? firstOf(request.headers['x-forwarded-host'], /^[\w.:[\]-]+$/) : undefined;
}

/** From the connection outwards: the first address that is not that of a trusted proxy. */
function callerBehind(request: FastifyRequest, peer: string, proxies: TrustedProxies): string {
  const chain = [request.headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  let caller = peer;
  for (const entry of chain.reverse().map(each => plain(each.trim()))) {
    if (isIP(entry) === 0) {
      break;
    }
    caller = entry;
    if (!proxies.trusts(entry)) {
      break;
    }
  }
  return caller;
}

/** IPv4 addresses come as IPv6 ones on a socket that takes both, and some proxies name the port. */
function plain(address: string): string {
  return address
    .replace(/^::ffff:(?=\d+\.)/i, '')
    .replace(/^\[(.*)\](?::\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
}

/** The value that the outermost proxy set; undefined when it is not of the expected form. */
function firstOf(header: string | string[] | undefined, form: RegExp): string | undefined {
  const value = [header ?? []].flat()[0]?.split(',', 1)[0]?.trim();
  return value !== undefined && value !== '' && form.test(value) ? value : undefined;
}
