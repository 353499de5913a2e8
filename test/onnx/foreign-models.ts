import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { CACHE, pythonPath, ROOT } from '../harness/places.js';
import { run } from '../server/slipway-process.js';

/** Brings an extension of JupyterLab along, and therefore must not be installed in the environment that the browser tests use. */
const CATBOOST = 'catboost==1.2.10';
const SCRIPT = path.join(import.meta.dirname, 'make_models.py');

const Models = z.record(
  z.string(),
  z.object({
    /** Options to give at the import. */
    options: z.object({
      inputs: z.union([z.array(z.string()), z.record(z.string(), z.array(z.string()))]).optional(),
      labels: z.array(z.string()).optional(),
      values: z.array(z.string()).optional(),
      target: z.string().optional(),
      scores: z.enum(['probabilities', 'logits']).optional(),
      outputs: z.record(z.string(), z.string()).optional(),
      nullable: z.array(z.string()).optional(),
      licence: z.string().optional()
    }),
    rows: z.record(z.string(), z.array(z.union([z.number(), z.string(), z.null(), z.array(z.number())]))),
    /** What Python's onnxruntime answered. */
    expected: z.object({
      label: z.array(z.string()).optional(),
      probabilities: z.array(z.array(z.number())).optional(),
      value: z.array(z.number()).optional(),
      values: z.array(z.array(z.number())).optional()
    })
  })
);
/** `small` leaves out CatBoost, which is a download of 100 MB. */
export type Converters = 'small' | 'all';
export type ForeignModels = z.infer<typeof Models>;
/** Files NAME.onnx in a folder, and what is known of them. */
export interface ForeignFiles {
  readonly folder: string;
  readonly models: ForeignModels;
}

/** ONNX files of converters from PyPI, made at first use. */
export async function foreignModels(wanted: Converters): Promise<ForeignFiles> {
  const converters = path.join(CACHE, 'converters', CATBOOST);
  if (wanted === 'all' && !existsSync(converters)) {
    const part = `${converters}.part`;
    rmSync(part, { recursive: true, force: true });
    await python([
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--target',
      part,
      CATBOOST
    ]);
    renameSync(part, converters);
  }
  const made = createHash('sha256').update(readFileSync(SCRIPT));
  made
    .update(readFileSync(path.join(ROOT, 'scripts', 'requirements-test.txt')))
    .update(CATBOOST)
    .update(wanted);
  const folder = path.join(CACHE, 'foreign-models', made.digest('hex').slice(0, 16));
  if (!existsSync(path.join(folder, 'models.json'))) {
    mkdirSync(folder, { recursive: true });
    await python([SCRIPT, folder, ...(wanted === 'all' ? [converters] : [])]);
  }
  return { folder, models: Models.parse(JSON.parse(readFileSync(path.join(folder, 'models.json'), 'utf8'))) };
}

/** Files that two versions of PyTorch made; make_torch_models.py makes them again. */
export function torchModels(): Promise<ForeignFiles> {
  const folder = path.join(import.meta.dirname, 'fixtures');
  const models = Models.parse(JSON.parse(readFileSync(path.join(folder, 'torch.json'), 'utf8')));
  return Promise.resolve({ folder, models });
}

async function python(args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(pythonPath(), args);
  if (code !== 0) {
    throw new Error(`Python ended with code ${code}: ${stderr}`);
  }
}
