import { InvalidRequestError } from '../errors.js';

const SCHEME = /^postgres(?:ql)?(?:\+[a-z0-9]+)?:\/\//i;

/** Whether this names a PostgreSQL database, also as SQLAlchemy writes it (`postgresql+psycopg2://…`). */
export function isPostgresUrl(text: string): boolean {
  return SCHEME.test(text);
}

/**
 * The URL as PostgreSQL's own clients write it.
 *
 * @throws InvalidRequestError when it is not a URL; the text is not repeated, as it may hold a password.
 */
export function toPostgresUrl(text: string): string {
  const url = text.replace(SCHEME, 'postgresql://');
  if (!isPostgresUrl(text) || !URL.canParse(url)) {
    throw new InvalidRequestError('The address of the PostgreSQL database is not a URL.', {
      remedy: 'Write postgresql://user:password@host:5432/database; special characters of a password as %-codes.'
    });
  }
  return url;
}
