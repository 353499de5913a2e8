import type { AccessObject, NewDatasetVersion, Role, Scope } from '@slipway/contract';
import { sampleBundle } from './sample-bundle.js';
import type { Answer, TestServer } from './test-server.js';

/** What a project of the test has, by the kind by which rules name it. */
export type ProjectObjects = Readonly<Record<AccessObject, string>>;

/** Sends a request as the owner of the server. @throws Error when it is refused. */
export async function must(api: TestServer, method: string, route: string, body?: unknown): Promise<Answer> {
  const answer = await api.call(method, route, body);
  if (answer.status !== 200) {
    throw new Error(`${method} ${route} answered ${answer.status}: ${answer.text}`);
  }
  return answer;
}

/** Makes a project with one of everything in it. */
export async function makeProject(api: TestServer, name: string): Promise<ProjectObjects> {
  await must(api, 'POST', '/api/v1/projects', { name });
  const { experiment_id } = (
    await must(api, 'POST', '/api/2.0/mlflow/experiments/create', { name: `${name}.forecast` })
  ).json as { experiment_id: string };
  const { run } = (await must(api, 'POST', '/api/2.0/mlflow/runs/create', { experiment_id, start_time: 1 })).json as {
    run: { info: { run_id: string } };
  };
  const { run_id } = run.info;
  const { model } = (await must(api, 'POST', '/api/2.0/mlflow/logged-models', { experiment_id, name: 'm' })).json as {
    model: { info: { model_id: string } };
  };
  const location = `${experiment_id}/${run_id}/artifacts/notes.txt`;
  await must(api, 'PUT', `/api/2.0/mlflow-artifacts/artifacts/${location}`, Buffer.from(`notes of ${name}`));
  const { sha256 } = await api.upload(`rows of ${name}`);
  await must(api, 'POST', `/api/v1/datasets/${name}.weather/versions`, datasetVersion(sha256));
  const files = await Promise.all(
    Object.entries(sampleBundle(`graph of ${name}`)).map(async ([path, content]) => ({
      path,
      ...(await api.upload(content))
    }))
  );
  const version = await must(api, 'POST', `/api/v1/models/${name}.rain/versions`, {
    files,
    run_id,
    session_id: null,
    description: ''
  });
  const { bundle_digest } = version.json as { bundle_digest: string };
  return {
    artifact: location,
    blob: sha256,
    bundle: bundle_digest,
    dataset: `${name}.weather`,
    experiment: experiment_id,
    'experiment-name': `${name}.forecast`,
    'logged-model': model.info.model_id,
    model: `${name}.rain`,
    'model-source': `models:/${name}.rain/1`,
    project: name,
    promotion: await promotionOf(api, `${name}.rain`),
    run: run_id,
    service: `${name}.rain`,
    session: await sessionOf(api, name)
  };
}

/** A user with a role in a project, and the secret of a token with every scope. */
export async function makeUser(
  api: TestServer,
  user: string,
  grants: Readonly<Record<string, Role>>,
  token: { readonly scopes?: readonly Scope[]; readonly project?: string; readonly admin?: boolean } = {}
): Promise<string> {
  const body = { name: user, password: `the password of ${user}`, is_admin: token.admin ?? false };
  await must(api, 'POST', '/api/v1/users', body);
  for (const [project, role] of Object.entries(grants)) {
    await must(api, 'PUT', `/api/v1/projects/${project}/members/${user}`, { role });
  }
  const scopes = token.scopes ?? ['read', 'log', 'register', 'promote', 'admin'];
  const answer = await must(api, 'POST', '/api/v1/tokens', { user, scopes, project: token.project ?? null });
  return (answer.json as { secret: string }).secret;
}

/** A session that a token of the project wrote first. */
async function sessionOf(api: TestServer, project: string): Promise<string> {
  const secret = await makeUser(api, `kernel-of-${project}`, { [project]: 'developer' });
  const session_id = `session-of-${project}`;
  const answer = await api.call(
    'POST',
    '/api/v1/records',
    { session_id, records: [{ seq: 1, at: Date.now(), type: 'session.seen' }] },
    { authorization: `Bearer ${secret}` }
  );
  if (answer.status !== 200) {
    throw new Error(`The session was refused: ${answer.text}`);
  }
  return session_id;
}

/** The server of the test releases nothing: the promotion fails, and stays on record. */
async function promotionOf(api: TestServer, model: string): Promise<string> {
  const body = { model, version: null, environment: 'production', reason: 'test', preflight_id: null };
  const answer = await must(api, 'POST', '/api/v1/promotions', body);
  return (answer.json as { promotion_id: string }).promotion_id;
}

function datasetVersion(sha256: string): NewDatasetVersion {
  return {
    content_sha256: sha256,
    digest: sha256,
    row_count: 2,
    columns: [{ name: 'wind', type: 'number', nullable: true }],
    time_column: null,
    source: 'weather.csv',
    derivation: null,
    parents: [],
    profile: [],
    checks: [],
    session_id: null,
    cell_execution_id: null
  };
}
