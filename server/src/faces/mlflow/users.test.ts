import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';

let api: TestServer;
beforeAll(async () => {
  api = await startTestServer({ auth: 'users' });
});
afterAll(async () => {
  await api.stop();
});

const users = (method: string, route: string, fields?: object, headers?: Record<string, string>): Promise<Answer> =>
  api.call(method, `/api/2.0/mlflow/users/${route}`, fields, headers);
const as = (name: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
});

/** The requests of MLflow's `AuthServiceClient`; that class comes only with MLflow's server. */
describe('users, as MLflow’s client manages them', () => {
  it('are made, shown, changed and deleted', async () => {
    const made = await users('POST', 'create', { username: 'eve', password: 'a password of hers' });
    expect(made.json).toEqual({ user: { id: 'eve', username: 'eve', is_admin: false } });
    expect(await users('PATCH', 'update-admin', { username: 'eve', is_admin: true })).toMatchObject({ status: 200 });
    expect((await users('GET', 'get?username=eve')).json).toMatchObject({ user: { is_admin: true } });
    expect((await users('GET', 'current', undefined, as('eve', 'a password of hers'))).json).toMatchObject({
      user: { username: 'eve' }
    });
    expect((await users('DELETE', 'delete', { username: 'eve' })).status).toBe(200);
    expect((await users('GET', 'get?username=eve')).json).toMatchObject({ error_code: 'RESOURCE_DOES_NOT_EXIST' });
  });

  it('change their own password with the one they have, and no other', async () => {
    await users('POST', 'create', { username: 'bob', password: 'a password of his' });
    const change = { username: 'bob', password: 'another password of his' };
    const own = as('bob', 'a password of his');
    const wrong = { ...change, current_password: 'a guess at it' };
    expect((await users('PATCH', 'update-password', wrong, own)).json).toMatchObject({
      error_code: 'PERMISSION_DENIED'
    });
    const proven = { ...change, current_password: 'a password of his' };
    expect((await users('PATCH', 'update-password', proven, own)).status).toBe(200);
    expect((await users('GET', 'current', undefined, own)).status).toBe(401);
    expect((await users('GET', 'list', undefined, as('bob', 'another password of his'))).status).toBe(403);
  });

  it('change it also as older clients send it: the login password is the current one', async () => {
    await users('POST', 'create', { username: 'mia', password: 'a password of hers' });
    const change = { username: 'mia', password: 'another password of hers' };
    expect((await users('PATCH', 'update-password', change, as('mia', 'a password of hers'))).status).toBe(200);
    expect((await users('GET', 'current', undefined, as('mia', 'another password of hers'))).status).toBe(200);
    const token = await api.call('POST', '/api/v1/tokens', { user: 'mia', scopes: ['read', 'log'] });
    const { secret } = token.json as { secret: string };
    const byToken = await users('PATCH', 'update-password', change, { authorization: `Bearer ${secret}` });
    expect(byToken.json).toMatchObject({ error_code: 'PERMISSION_DENIED' });
  });

  it('are refused with a short password, a strange name, or a name that is taken', async () => {
    await users('POST', 'create', { username: 'ida', password: 'a password of hers' });
    for (const [fields, error_code] of [
      [{ username: 'joe', password: 'short' }, 'INVALID_PARAMETER_VALUE'],
      [{ username: 'joe:', password: 'a password of his' }, 'INVALID_PARAMETER_VALUE'],
      [{ username: 'ida', password: 'a password of hers' }, 'RESOURCE_ALREADY_EXISTS'],
      [{ username: 'joe' }, 'INVALID_PARAMETER_VALUE']
    ] as const) {
      expect((await users('POST', 'create', fields)).json).toMatchObject({ error_code });
    }
  });
});
