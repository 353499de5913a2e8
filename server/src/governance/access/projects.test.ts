import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestStore, type TestStore } from '../../../testing/test-store.js';
import { Projects } from './projects.js';
import { Users } from './users.js';

let test: TestStore;
let projects: Projects;
beforeEach(async () => {
  test = await openTestStore();
  projects = new Projects(test.store);
});
afterEach(async () => {
  await test.remove();
});

describe('a project', () => {
  it('has the names that begin with it and a dot, from the moment it is added until it is removed', async () => {
    expect(await projects.ofName('credit.churn')).toBe('default');
    await projects.create('credit');
    for (const [name, project] of [
      ['credit.churn', 'credit'],
      ['credit.churn.v2', 'credit'],
      ['credit.', 'credit'],
      ['credit', 'default'],
      ['Credit.churn', 'default'],
      ['credits.churn', 'default'],
      ['.credit.churn', 'default'],
      ['a.credit.churn', 'default'],
      ['', 'default']
    ] as const) {
      expect([name, await projects.ofName(name)]).toEqual([name, project]);
    }
    await projects.remove('credit');
    expect(await projects.ofName('credit.churn')).toBe('default');
  });

  it('is there once, and the default one always', async () => {
    await projects.create('credit');
    await expect(projects.create('credit')).rejects.toThrow('exists already');
    await expect(projects.create('default')).rejects.toThrow('exists already');
    await expect(projects.remove('default')).rejects.toThrow('cannot be removed');
    await expect(projects.remove('none')).rejects.toThrow('no project named none');
  });

  it('has members with one role each, who must be users', async () => {
    await new Users(test.store).create('ada', 'correct horse battery', false);
    await expect(projects.setMember('default', 'bob', 'viewer')).rejects.toThrow('no user named bob');
    await projects.setMember('default', 'ada', 'viewer');
    expect(await projects.setMember('default', 'ada', 'approver')).toEqual({
      name: 'default',
      members: [{ user: 'ada', role: 'approver' }]
    });
    expect(await projects.removeMember('default', 'ada')).toEqual({ name: 'default', members: [] });
  });
});
