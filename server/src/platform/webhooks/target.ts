import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { InvalidRequestError } from '../errors.js';
import { isPublicAddress } from './public-address.js';

/** Where webhooks may lead: `public` is https to public addresses, `any` is also http, and networks of one's own. */
export type TargetPolicy = 'public' | 'any';

const SCHEMES: Readonly<Record<TargetPolicy, readonly string[]>> = { public: ['https'], any: ['https', 'http'] };

/** The name stood for an address where deliveries may not go. */
export class PrivateTargetError extends Error {
  constructor(host: string, address: string) {
    super(`${host} is ${address}, which is not a public address.`);
    this.name = 'PrivateTargetError';
  }
}

/**
 * Checks a URL before it is stored. Its name is looked up again at each delivery, by `publicLookup`.
 *
 * @throws InvalidRequestError
 */
export async function checkTarget(text: string, policy: TargetPolicy): Promise<URL> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (url === undefined || !SCHEMES[policy].includes(scheme)) {
    throw new InvalidRequestError(
      `Invalid webhook URL scheme: '${scheme}'. Allowed schemes are: ${SCHEMES[policy].join(', ')}.`,
      { where: 'body.url' }
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidRequestError('A webhook URL holds no user and no password.', {
      where: 'body.url',
      remedy: 'Give the webhook a secret: deliveries are signed with it.'
    });
  }
  if (policy === 'public') {
    await refusePrivate(url);
  }
  return url;
}

/** Looks a name up for a connection, and fails unless every address is public: there is nothing in between to change it. */
export const publicLookup: LookupFunction = (host, options, answer) => {
  lookup(host, { ...(options as LookupAllOptions), all: true }, (error, addresses) => {
    const wrong = (addresses as LookupAddress[] | undefined)?.find(({ address }) => !isPublicAddress(address));
    const [first] = addresses ?? [];
    if (error !== null || first === undefined || wrong !== undefined) {
      answer(error ?? new PrivateTargetError(host, wrong?.address ?? 'nowhere'), '', 0);
    } else if (options.all === true) {
      answer(null, addresses);
    } else {
      answer(null, first.address, first.family);
    }
  });
};

/** Addresses that are written out are not looked up by a connection. @throws PrivateTargetError */
export function refusePrivateLiteral(url: URL): void {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !isPublicAddress(host)) {
    throw new PrivateTargetError(url.hostname, host);
  }
}

async function refusePrivate(url: URL): Promise<void> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  try {
    refusePrivateLiteral(url);
    if (isIP(host) === 0) {
      await new Promise<void>((resolve, reject) =>
        publicLookup(host, { all: true }, error => (error === null ? resolve() : reject(error)))
      );
    }
  } catch (cause) {
    throw new InvalidRequestError(`Webhook URL must lead to a public address: '${host}' does not.`, {
      where: 'body.url',
      remedy: 'Name a public host, or start the server with --webhook-targets any.',
      cause
    });
  }
}
