import { Scope } from '@slipway/contract';
import { parsePositionals, UsageError } from './options.js';
import { CommandClient } from './server-client.js';

export const tokenHelp = `slipway token create --user NAME --scope S [--scope S]...   make an API token, and print its secret this once
slipway token list                                          show tokens
slipway token revoke ID                                     end a token at once

  --user NAME         whose it is: it allows nothing that its user may not do
  --scope S           ${Scope.options.join(', ')}; may be repeated
  --project P         good for this project only (default: all of the user's)
  --days N            expires after so many days (default: never)
  --description TEXT  what it is for
  --data DIR          data folder of the server
`;

/** @returns the exit code. */
export async function tokenCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsePositionals(args, {
    data: { type: 'string' },
    user: { type: 'string' },
    scope: { type: 'string', multiple: true },
    project: { type: 'string' },
    days: { type: 'string' },
    description: { type: 'string', default: '' }
  });
  const [action = '', id, ...rest] = positionals;
  if (rest.length > 0 || (id === undefined) === (action === 'revoke')) {
    throw new UsageError('Name what to do; to revoke a token, its id.');
  }
  const server = await CommandClient.find(values.data);
  switch (action) {
    case 'create': {
      const scopes = readScopes(values.scope ?? []);
      const { secret, token_id } = await server.call('createToken', {
        body: {
          user: values.user,
          scopes,
          description: values.description,
          project: values.project ?? null,
          expires_in_days: readDays(values.days)
        }
      });
      console.error(`Token ${token_id}; its secret is shown this once:`);
      console.log(secret);
      return 0;
    }
    case 'list':
      for (const token of (await server.call('listTokens', {})).tokens) {
        const until = token.expires_at === null ? 'no end' : `until ${new Date(token.expires_at).toISOString()}`;
        const where = token.project ?? 'all projects';
        console.log([token.token_id, token.user, token.scopes.join(','), where, until, token.description].join('  '));
      }
      return 0;
    case 'revoke':
      await server.call('revokeToken', { params: { token_id: id ?? '' } });
      console.log(`The token ${id} was revoked.`);
      return 0;
    default:
      throw new UsageError(`There is no 'slipway token ${action}'.`);
  }
}

function readScopes(given: readonly string[]): Scope[] {
  const scopes = Scope.array().min(1).safeParse(given);
  if (!scopes.success) {
    throw new UsageError(`--scope takes one of ${Scope.options.join(', ')}.`);
  }
  return scopes.data;
}

function readDays(text: string | undefined): number | null {
  if (text === undefined) {
    return null;
  }
  if (!/^\d+$/.test(text) || Number(text) === 0) {
    throw new UsageError(`--days takes a number of days, not '${text}'.`);
  }
  return Number(text);
}
