import { Role, type User } from '@slipway/contract';
import { parsePositionals, UsageError } from './options.js';
import { readPassword } from './read-password.js';
import { CommandClient } from './server-client.js';

export const userHelp = `slipway user add NAME [--admin]                 add a user
slipway user list                               show users and their roles
slipway user passwd NAME                        set a new password
slipway user grant NAME ROLE [--project P]      role: ${Role.options.join(', ')}; project: default
slipway user revoke NAME [--project P]          take the role in a project away
slipway user remove NAME                        remove a user with all tokens and roles

Users of a server that was started with --auth users. Passwords are asked for, or read from standard input.

  --data DIR   data folder of the server
  --admin      an administrator of the whole server
`;

/** @returns the exit code. */
export async function userCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsePositionals(args, {
    data: { type: 'string' },
    admin: { type: 'boolean' },
    project: { type: 'string', default: 'default' }
  });
  const [action = '', user, ...rest] = positionals;
  const [role] = rest;
  if (rest.length > (action === 'grant' ? 1 : 0) || (user === undefined) !== (action === 'list')) {
    throw new UsageError('Name what to do, and one user.');
  }
  const server = await CommandClient.find(values.data);
  const params = { user: user ?? '' };
  const member = { ...params, project: values.project };
  switch (action) {
    case 'list':
      (await server.call('listUsers', {})).users.forEach(print);
      return 0;
    case 'add': {
      const password = await readPassword(params.user);
      print(
        await server.call('createUser', {
          body: { name: params.user, password, is_admin: values.admin ?? false }
        })
      );
      return 0;
    }
    case 'passwd':
      await server.call('setPassword', { params, body: { password: await readPassword(params.user) } });
      console.log(`${params.user} has a new password.`);
      return 0;
    case 'grant': {
      const parsed = Role.safeParse(role);
      if (!parsed.success) {
        throw new UsageError(`A role is one of ${Role.options.join(', ')}.`);
      }
      await server.call('setMember', { params: member, body: { role: parsed.data } });
      console.log(`${params.user} is ${parsed.data} in the project ${member.project}.`);
      return 0;
    }
    case 'revoke':
      await server.call('removeMember', { params: member });
      console.log(`${params.user} has no role in the project ${member.project}.`);
      return 0;
    case 'remove':
      await server.call('deleteUser', { params });
      console.log(`${params.user} was removed.`);
      return 0;
    default:
      throw new UsageError(`There is no 'slipway user ${action}'.`);
  }
}

function print(user: User): void {
  const roles = user.memberships.map(({ project, role }) => `${role} in ${project}`);
  console.log([user.name, ...(user.is_admin ? ['administrator'] : []), ...roles].join('  '));
}
