import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { median, type Measurement } from './measurement.ts';
import { NETWORKS, type NetworkSpec } from './training-networks.ts';

const CACHE = path.resolve(import.meta.dirname, '..', '..', '.cache');
const KERAS = path.join(CACHE, 'keras');
const TENSORFLOW = '2.21.0';
/** Both sides take turns, so that a slow moment of the machine meets both. */
const ROUNDS = 2;

interface Times {
  /** Of every epoch. */
  readonly seconds: readonly number[];
  readonly loss: number;
  /** How the steps were executed. */
  readonly step?: string;
}

/**
 * Rows per second of unchanged `model.fit` on a machine without TensorFlow, beside Keras on TensorFlow, on the same numbers of
 * rows; and how long the first epoch takes, in which a step is recorded here and traced there. Left out, with the reason,
 * where TensorFlow cannot be installed.
 */
export async function training(): Promise<readonly Measurement[]> {
  let python: string;
  try {
    python = ensureKeras();
  } catch (error) {
    console.log(`training is not measured: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
  return NETWORKS.flatMap(network => measured(python, network));
}

function measured(python: string, network: NetworkSpec): Measurement[] {
  const rounds = Array.from({ length: ROUNDS }, () => [slipwayTimes(network), kerasTimes(python, network)] as const);
  const [mine, theirs] = [0, 1].map(side => rounds.map(round => round[side as 0 | 1])) as [Times[], Times[]];
  if (mine.some(({ loss }) => !Number.isFinite(loss))) {
    throw new Error(`${network.name}: a loss is no number.`);
  }
  const later = (times: readonly Times[]): number => median(times.flatMap(({ seconds }) => seconds.slice(1)));
  const first = (times: readonly Times[]): number => median(times.map(({ seconds }) => seconds[0]!));
  const baselineName = `Keras, TensorFlow ${TENSORFLOW}`;
  return [
    {
      name: `training ${network.name} (${mine[0]!.step})`,
      unit: 'rows/s',
      value: network.rows / later(mine),
      baseline: network.rows / later(theirs),
      baselineName
    },
    { name: '    its first epoch', unit: 's', value: first(mine), baseline: first(theirs), baselineName }
  ];
}

/** TensorFlow with Keras from PyPI in an environment of its own. */
function ensureKeras(): string {
  const python = path.join(KERAS, 'bin', 'python');
  const stamp = path.join(KERAS, `installed-${TENSORFLOW}`);
  if (!existsSync(stamp)) {
    const own = process.env['SLIPWAY_PYTHON'] ?? 'python3';
    execFileSync(own, ['-m', 'venv', '--clear', KERAS]);
    const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `tensorflow-cpu==${TENSORFLOW}`];
    execFileSync(python, install, { stdio: 'inherit' });
    writeFileSync(stamp, '');
  }
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
