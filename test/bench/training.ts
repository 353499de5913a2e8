import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installTensorflow } from '../../packages/learning/dist/backend/install-tensorflow.js';
import { median, type Measurement } from './measurement.ts';
import { NETWORKS, type NetworkSpec } from './training-networks.ts';

const CACHE = path.resolve(import.meta.dirname, '..', '..', '.cache');
const KERAS = path.join(CACHE, 'keras');
const ADDON = path.join(CACHE, 'bench-tensorflow');
const TENSORFLOW = '2.21.0';
/** Both sides take turns, so that a slow moment of the machine meets both. */
const ROUNDS = 2;

interface Times {
  /** Of every epoch after the first. */
  readonly seconds: readonly number[];
  readonly loss: number;
  /** How the steps were executed. */
  readonly step?: string;
}

/**
 * Rows per second of unchanged `model.fit` beside Keras, both on the same TensorFlow, on the same numbers of rows. Left out, with
 * the reason, where TensorFlow cannot be installed.
 */
export async function training(): Promise<readonly Measurement[]> {
  let python: string;
  try {
    python = await ensureKeras();
  } catch (error) {
    console.log(`training is not measured: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  const rows: Measurement[] = [];
  for (const network of NETWORKS) {
    const ours: number[] = [];
    const keras: number[] = [];
    let step = '';
    for (let round = 0; round < ROUNDS; round++) {
      const [mine, theirs] = [slipwayTimes(network), kerasTimes(python, network)];
      if (!Number.isFinite(mine.loss)) {
        throw new Error(`${network.name}: the loss is ${mine.loss}.`);
      }
      ours.push(...mine.seconds);
      keras.push(...theirs.seconds);
      step = mine.step ?? '';
    }
    rows.push({
      name: `training ${network.name} (${step})`,
      unit: 'rows/s',
      value: network.rows / median(ours),
      baseline: network.rows / median(keras),
      baselineName: `Keras, TensorFlow ${TENSORFLOW}`
    });
  }
  return rows;
}

/** TensorFlow with Keras from PyPI in an environment of its own, and our addon on that same TensorFlow. */
async function ensureKeras(): Promise<string> {
  const python = path.join(KERAS, 'bin', 'python');
  if (!existsSync(path.join(KERAS, 'bin', 'import_pb_to_tensorboard'))) {
    const own = process.env['SLIPWAY_PYTHON'] ?? 'python3';
    execFileSync(own, ['-m', 'venv', '--clear', KERAS]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `tensorflow-cpu==${TENSORFLOW}`];
    execFileSync(python, install, { stdio: 'inherit' });
  }
  const where = 'import sysconfig; print(sysconfig.get_paths()["purelib"])';
  const packages = execFileSync(python, ['-c', where], { encoding: 'utf8' }).trim();
  process.env['SLIPWAY_TENSORFLOW'] = ADDON;
  await installTensorflow({
    folder: ADDON,
    python,
    variant: 'cpu',
    tensorflow: path.join(packages, 'tensorflow'),
    onStep: () => undefined
  });
  return python;
}

function slipwayTimes(network: NetworkSpec): Times {
  const program = path.join(import.meta.dirname, 'training-child.ts');
  return timesOf(process.env['SLIPWAY_NODE'] ?? process.execPath, [program, JSON.stringify(network)]);
}

function kerasTimes(python: string, network: NetworkSpec): Times {
  return timesOf(python, [path.join(import.meta.dirname, 'keras_training.py'), JSON.stringify(network)]);
}

function timesOf(program: string, args: readonly string[]): Times {
  const output = execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.trim().split('\n').at(-1)!) as Times;
}
