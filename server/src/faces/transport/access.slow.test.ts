import { RecordBatchAnswer, routes } from '@slipway/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type Answer, type TestServer } from '../../../testing/test-server.js';
import { makeProject, makeUser, must, type ProjectObjects } from '../../../testing/two-projects.js';

let api: TestServer;
let credit: ProjectObjects;
let taxi: ProjectObjects;
/** Secret of a token of a user who develops in both projects. */
let both: string;
/** Of one who develops in `credit` only. */
let ada: string;

beforeAll(async () => {
  api = await startTestServer({ auth: 'users' });
  credit = await makeProject(api, 'credit');
  taxi = await makeProject(api, 'taxi');
  both = await makeUser(api, 'both', { credit: 'developer', taxi: 'developer' });
  ada = await makeUser(api, 'ada', { credit: 'developer' });
}, 60_000);
afterAll(async () => {
  await api.stop();
});

const as = (secret: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  api.call(method, path, body, { authorization: `Bearer ${secret}` });
const basic = (name: string, password: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
});

describe('credentials', () => {
  it('may be name and password, an API token as bearer, or one as password', async () => {
    for (const headers of [
      basic('ada', 'the password of ada'),
      { authorization: `Bearer ${ada}` },
      basic('whoever', ada)
    ]) {
      const { json } = await api.call('GET', '/api/v1/me', undefined, headers);
      expect(json).toMatchObject({ name: 'ada', memberships: [{ project: 'credit', role: 'developer' }] });
    }
  });

  it('of the data folder are those of the administrator', async () => {
    expect((await api.call('GET', '/api/v1/me')).json).toMatchObject({ name: 'owner', is_admin: true });
  });

  it('are refused in the same words, whether the name or the password is wrong', async () => {
    const wrongName = await api.call('GET', '/api/v1/me', undefined, basic('nobody', 'the password of ada'));
    const wrongPassword = await api.call('GET', '/api/v1/me', undefined, basic('ada', 'not her password'));
    expect([wrongName.status, wrongName.text]).toEqual([401, wrongPassword.text]);
    expect(wrongName.headers.get('www-authenticate')).toContain('Basic');
  });

  it('that are guessed too often must wait, and the right ones wait with them only at the same address', async () => {
    await makeUser(api, 'victim', {});
    const guess = (): Promise<Answer> => api.call('GET', '/api/v1/me', undefined, basic('victim', 'a wrong guess'));
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      statuses.push((await guess()).status);
    }
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429]);
    const refused = await guess();
    expect(refused.json).toMatchObject({ error_code: 'RATE_LIMITED' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const onMlflow = await api.call('GET', '/api/2.0/mlflow/experiments/search', undefined, basic('victim', 'again'));
    expect(onMlflow).toMatchObject({ status: 429, json: { error_code: 'REQUEST_LIMIT_EXCEEDED' } });
    expect((await as(ada, 'GET', '/api/v1/me')).status).toBe(200);
  });

  it('stop working at once when the password is changed, the token revoked or the user removed', async () => {
    const secret = await makeUser(api, 'leaving', { credit: 'viewer' });
    const password = basic('leaving', 'the password of leaving');
    const status = async (headers: Record<string, string>): Promise<number> =>
      (await api.call('GET', '/api/v1/me', undefined, headers)).status;
    expect([await status(password), await status({ authorization: `Bearer ${secret}` })]).toEqual([200, 200]);

    const own = { password: 'a new password of mine', current_password: 'the password of leaving' };
    expect((await api.call('PUT', '/api/v1/users/leaving/password', own, password)).status).toBe(200);
    expect(await status(password)).toBe(401);

    const { tokens } = routes.listTokens.answer.parse((await as(secret, 'GET', '/api/v1/tokens')).json);
    expect(tokens.map(token => token.user)).toEqual(['leaving']);
    expect((await as(secret, 'DELETE', `/api/v1/tokens/${tokens[0]?.token_id}`)).status).toBe(200);
    expect(await status({ authorization: `Bearer ${secret}` })).toBe(401);

    const next = basic('leaving', 'a new password of mine');
    expect(await status(next)).toBe(200);
    await must(api, 'DELETE', '/api/v1/users/leaving');
    expect(await status(next)).toBe(401);
  });

  it('do not change the password of somebody else', async () => {
    const change = { password: 'a password for both', current_password: 'the password of both' };
    expect((await as(ada, 'PUT', '/api/v1/users/both/password', change)).status).toBe(403);
    const guess = { password: 'a password for ada', current_password: 'not her password' };
    expect((await as(ada, 'PUT', '/api/v1/users/ada/password', guess)).status).toBe(403);
  });
});

describe('an API token', () => {
  it('allows no more than its scopes, for any user', async () => {
    const reader = await makeUser(api, 'boss', {}, { admin: true, scopes: ['read'] });
    expect((await as(reader, 'GET', `/api/v1/runs/${credit.run}`)).status).toBe(200);
    expect(
      (await as(reader, 'POST', '/api/2.0/mlflow/runs/set-tag', { run_id: credit.run, key: 'a', value: 'b' })).json
    ).toMatchObject({ error_code: 'PERMISSION_DENIED', message: expect.stringContaining('may not log') as string });
    expect((await as(reader, 'GET', '/api/v1/users')).status).toBe(403);
  });

  it('of one project is valid for that one only', async () => {
    const { secret } = routes.createToken.answer.parse(
      (await must(api, 'POST', '/api/v1/tokens', { user: 'both', scopes: ['read'], project: 'credit' })).json
    );
    expect((await as(secret, 'GET', `/api/v1/runs/${credit.run}`)).status).toBe(200);
    expect((await as(secret, 'GET', `/api/v1/runs/${taxi.run}`)).status).toBe(403);
  });

  it('cannot make another one, unless it administers; a password can, but not for more than its user has', async () => {
    const request = { scopes: ['read'] };
    const reader = await makeUser(api, 'reader', { credit: 'viewer' }, { scopes: ['read'] });
    expect((await as(reader, 'POST', '/api/v1/tokens', request)).status).toBe(403);
    const byPassword = await api.call('POST', '/api/v1/tokens', request, basic('reader', 'the password of reader'));
    expect(byPassword.status).toBe(200);
    const forAnother = { ...request, user: 'ada' };
    const refused = await api.call('POST', '/api/v1/tokens', forAnother, basic('reader', 'the password of reader'));
    expect(refused.status).toBe(403);
  });

  it('ends when its days are over', async () => {
    const { secret } = routes.createToken.answer.parse(
      (await must(api, 'POST', '/api/v1/tokens', { user: 'ada', scopes: ['read'], expires_in_days: 1e-9 })).json
    );
    expect((await as(secret, 'GET', '/api/v1/me')).status).toBe(401);
  });

  it('is stored as a digest only', async () => {
    const listed = await must(api, 'GET', '/api/v1/tokens');
    expect(listed.text).not.toContain(ada);
    expect(listed.text).not.toContain(ada.slice(-43));
  });
});

describe('lists', () => {
  it('show what is in the projects of the caller, and nothing else', async () => {
    const named = (objects: ProjectObjects): RegExp => new RegExp(objects.project);
    for (const [path, body] of [
      ['/api/v1/runs'],
      ['/api/v1/models'],
      ['/api/v1/datasets'],
      ['/api/v1/sessions'],
      ['/api/2.0/mlflow/experiments/search', { view_type: 'ALL' }],
      ['/api/2.0/mlflow/registered-models/search'],
      ['/api/2.0/mlflow/model-versions/search'],
      ['/api/v1/projects']
    ] as const) {
      const send = (secret: string): Promise<Answer> => as(secret, body === undefined ? 'GET' : 'POST', path, body);
      const everything = (await send(both)).text;
      expect(everything, path).toMatch(named(credit));
      expect(everything, path).toMatch(named(taxi));
      const seen = (await send(ada)).text;
      expect(seen, path).toMatch(named(credit));
      expect(seen, path).not.toMatch(named(taxi));
    }
  });

  it('of live events tell of readable projects only', async () => {
    const reader = new AbortController();
    const response = await fetch(new URL('/api/v1/events', api.server.url), {
      headers: { authorization: `Bearer ${ada}`, accept: 'text/event-stream' },
      signal: reader.signal
    });
    await must(api, 'POST', '/api/2.0/mlflow/runs/set-tag', { run_id: taxi.run, key: 'note', value: 'hidden' });
    await new Promise(resolve => setTimeout(resolve, 200));
    await must(api, 'POST', '/api/2.0/mlflow/runs/set-tag', { run_id: credit.run, key: 'note', value: 'shown' });
    let text = '';
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      if (text.includes(credit.run)) {
        break;
      }
    }
    reader.abort();
    expect(text).not.toContain(taxi.run);
  });
});

describe('a request that names a run', () => {
  it('finds the run under its older name too', async () => {
    const path = `/api/2.0/mlflow/runs/get?run_uuid=`;
    expect((await as(ada, 'GET', path + credit.run)).status).toBe(200);
    expect((await as(ada, 'GET', path + taxi.run)).status).toBe(403);
    expect((await as(ada, 'GET', `${path}${taxi.run}&run_id=${credit.run}`)).json).toMatchObject({
      run: { info: { run_id: credit.run } }
    });
  });

  it('is not hidden by a JSON text within a JSON text', async () => {
    const body = JSON.stringify({ run_id: taxi.run, key: 'note', value: 'x' });
    expect((await as(ada, 'POST', '/api/2.0/mlflow/runs/set-tag', body)).status).toBe(403);
  });
});

describe('records of a kernel', () => {
  it('are refused one by one where they are about another project', async () => {
    const run_id = 'b'.repeat(32);
    const base = { at: Date.now(), run_id };
    const log = { metrics: [{ key: 'loss', value: 1, step: 0, timestamp: 1 }], params: [], tags: [] };
    const start = { type: 'run.started', name: 'r', start_time: 1, user: '', tags: [] };
    const answer = await as(ada, 'POST', '/api/v1/records', {
      session_id: credit.session,
      records: [
        { ...base, seq: 2, ...start, experiment_name: 'credit.forecast' },
        { ...base, seq: 3, type: 'run.logged', ...log },
        { ...base, seq: 4, ...start, run_id: 'c'.repeat(32), experiment_name: 'taxi.forecast' },
        { ...base, seq: 5, type: 'run.logged', ...log, run_id: taxi.run },
        { ...base, seq: 6, ...start, run_id: taxi.run, experiment_name: 'credit.forecast' },
        { ...base, seq: 7, type: 'run.logged', ...log, run_id: taxi.run }
      ]
    });
    const { refused } = RecordBatchAnswer.parse(answer.json);
    expect(refused.map(each => each.seq)).toEqual([4, 5, 6, 7]);
    expect((await as(ada, 'GET', `/api/v1/runs/${run_id}`)).json).toMatchObject({ metrics: [{ key: 'loss' }] });
    expect((await as(both, 'GET', `/api/v1/runs/${taxi.run}`)).json).toMatchObject({ metrics: [] });
  });

  it('of a session of another project are refused', async () => {
    const records = [{ seq: 9, at: 1, type: 'session.seen' }];
    expect((await as(ada, 'POST', '/api/v1/records', { session_id: taxi.session, records })).status).toBe(403);
  });
});

describe('a request that names objects of two projects, and moves some', () => {
  it('needs a right in both', async () => {
    for (const [method, path, body] of [
      ['POST', '/api/2.0/mlflow/model-versions/create', { name: credit.model, source: `models:/${taxi.model}/1` }],
      [
        'POST',
        '/api/2.0/mlflow/model-versions/create',
        { name: credit.model, source: `runs:/${taxi.run}/m`, run_id: taxi.run }
      ],
      ['POST', '/api/2.0/mlflow/experiments/update', { experiment_id: credit.experiment, new_name: 'taxi.taken' }],
      ['POST', '/api/2.0/mlflow/registered-models/rename', { name: credit.model, new_name: 'taxi.taken' }],
      ['POST', '/api/2.0/mlflow/runs/search', { experiment_ids: [credit.experiment, taxi.experiment] }],
      [
        'POST',
        '/api/2.0/mlflow/runs/log-batch',
        { run_id: credit.run, metrics: [{ key: 'a', value: 1, timestamp: 1, model_id: taxi['logged-model'] }] }
      ]
    ] as const) {
      expect([path, (await as(ada, method, path, body)).status]).toEqual([path, 403]);
      expect([path, (await as(both, method, path, body)).status]).not.toEqual([path, 403]);
    }
  });
});

describe('a server without authentication', () => {
  it('answers everybody on this machine, and nobody under another name', async () => {
    const open = await startTestServer({ auth: 'none' });
    const nothing = { authorization: '' };
    expect((await open.call('GET', '/api/v1/runs', undefined, nothing)).status).toBe(200);
    expect((await open.call('GET', '/api/v1/runs', undefined, { origin: 'https://evil.example' })).status).toBe(403);
    await open.stop();
  });

  it('does not start on an address that others reach', async () => {
    await expect(startTestServer({ auth: 'none', host: '0.0.0.0' })).rejects.toThrow('does not listen on 0.0.0.0');
  });
});

describe('a member of a project who logs without naming an experiment', () => {
  it('is told how the names of experiments begin where it may log', async () => {
    const member = await makeUser(api, 'lin', { credit: 'developer' });
    const refused = await as(member, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id: '0' });
    expect(refused.status).toBe(403);
    expect((refused.json as { message: string }).message).toBe(
      'lin may not log in the project of the experiment 0. Use an experiment whose name begins with its project, credit.…, ' +
        'e.g. mlflow.set_experiment("credit.my-experiment").'
    );
  });
});
