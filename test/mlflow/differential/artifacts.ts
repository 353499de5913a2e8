import { get, post, type Step } from './step.js';

const UPLOAD = '/ajax-api/2.0/mlflow/upload-artifact';

function upload(label: string, query: Record<string, string>, body: string): Step {
  return { label, method: 'POST', path: UPLOAD, query, body, contentType: 'application/octet-stream' };
}

/** Files of runs, and the page of browsers that sends small ones. */
export const artifacts: readonly Step[] = [
  post('make a run for files', 'runs/create', { experiment_id: '0', run_name: 'files' }, { filed: 'run.info.run_id' }),
  upload('upload a small file', { run_uuid: '{filed}', path: 'notes/a.txt' }, 'forty-two'),
  upload('upload it again', { run_uuid: '{filed}', path: 'notes/a.txt' }, 'forty-three'),
  upload('upload without a run', { path: 'a.txt' }, 'x'),
  upload('upload to an unknown run', { run_uuid: 'f'.repeat(32), path: 'a.txt' }, 'x'),
  upload('upload without a path', { run_uuid: '{filed}' }, 'x'),
  upload('upload nothing', { run_uuid: '{filed}', path: 'b.txt' }, ''),
  ...['../a.txt', '/etc/passwd', 'a/../../b', '..', './../b', 'a//../../b'].map(path =>
    upload(`upload to ${path}`, { run_uuid: '{filed}', path }, 'x')
  ),
  get('list the files', 'artifacts/list', { run_id: '{filed}' }),
  get('list a folder', 'artifacts/list', { run_id: '{filed}', path: 'notes' }),
  get('list a file', 'artifacts/list', { run_id: '{filed}', path: 'notes/a.txt' }),
  get('list what is not there', 'artifacts/list', { run_id: '{filed}', path: 'nothing' }),
  ...['../', '/etc', 'a/../../b'].map(path => get(`list ${path}`, 'artifacts/list', { run_id: '{filed}', path })),
  get('list through the store', '/api/2.0/mlflow-artifacts/artifacts', { path: '0/{filed}/artifacts' })
];
