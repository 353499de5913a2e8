import { parsePositionals, UsageError } from './options.js';
import { CommandClient } from './server-client.js';

export const projectHelp = `slipway project add NAME       names that begin with NAME and a dot belong to it from now on
slipway project list           show projects and their members
slipway project remove NAME    what belonged to it belongs to the default project

A project decides who sees an experiment, a model, a dataset or a service: credit.churn belongs to the project credit.

  --data DIR   data folder of the server
`;

/** @returns the exit code. */
export async function projectCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parsePositionals(args, { data: { type: 'string' } });
  const [action = '', name, ...rest] = positionals;
  if (rest.length > 0 || (name === undefined) !== (action === 'list')) {
    throw new UsageError('Name what to do, and one project.');
  }
  const server = await CommandClient.find(values.data);
  switch (action) {
    case 'list':
      for (const project of (await server.call('listProjects', {})).projects) {
        const members = project.members.map(({ user, role }) => `${user} (${role})`);
        console.log([project.name, ...members].join('  '));
      }
      return 0;
    case 'add':
      await server.call('createProject', { body: { name: name ?? '' } });
      console.log(`The project ${name} was added.`);
      return 0;
    case 'remove':
      await server.call('deleteProject', { params: { project: name ?? '' } });
      console.log(`The project ${name} was removed.`);
      return 0;
    default:
      throw new UsageError(`There is no 'slipway project ${action}'.`);
  }
}
