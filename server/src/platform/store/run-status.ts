import type { RunStatus } from '@slipway/contract';

const STATUSES: readonly RunStatus[] = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED'];

/** Runs store their status as MLflow's number: RUNNING is 1, KILLED is 5. */
export function statusNumber(status: RunStatus): number {
  return STATUSES.indexOf(status) + 1;
}

export function statusName(stored: number): RunStatus {
  const name = STATUSES[stored - 1];
  if (name === undefined) {
    throw new RangeError(`The database holds the unknown run status ${stored}.`);
  }
  return name;
}

/** Every stored number with its name. */
export function statusNames(): Map<number, RunStatus> {
  return new Map(STATUSES.map((name, index) => [index + 1, name]));
}
