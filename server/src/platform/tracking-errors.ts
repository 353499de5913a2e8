import { InvalidRequestError, InvalidStateError, NotFoundError } from './errors.js';

export function unknownRun(run_id: string): NotFoundError {
  return new NotFoundError(`There is no run ${run_id}.`, { subject: { kind: 'unknown_run', run_id } });
}

export function deletedRun(run_id: string): InvalidStateError {
  return new InvalidStateError(`The run ${run_id} is deleted.`, {
    subject: { kind: 'deleted_run', run_id },
    remedy: 'Restore it first.'
  });
}

export function deletedExperiment(id: number | string): InvalidStateError {
  const experiment_id = String(id);
  return new InvalidStateError(`The experiment ${experiment_id} is deleted.`, {
    subject: { kind: 'deleted_experiment', experiment_id },
    remedy: 'Restore it first.'
  });
}

export function unknownTag(key: string, of: 'run' | 'experiment', id: number | string): NotFoundError {
  return new NotFoundError(`The ${of} ${id} has no tag "${key}".`, {
    subject: { kind: 'unknown_tag', key, of, id: String(id) }
  });
}

/** A parameter keeps its first value. */
export function changedParam(key: string, logged: string, value: string, run_id: string): InvalidRequestError {
  return new InvalidRequestError(
    `The parameter "${key}" of run ${run_id} is "${logged}" and cannot become "${value}".`,
    {
      subject: { kind: 'changed_param', key, logged, value, run_id },
      remedy: 'Log the new value under another name, or in another run.'
    }
  );
}
