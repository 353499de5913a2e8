import type { ErrorSubject } from '../../platform/errors.js';

/** How MLflow's server tells an error; its clients and their users know the words. */
export function sentenceOf(subject: ErrorSubject): string {
  switch (subject.kind) {
    case 'unknown_run':
      return `Run with id=${subject.run_id} not found`;
    case 'deleted_run':
      return `The run ${subject.run_id} must be in the 'active' state. Current state is deleted.`;
    case 'deleted_experiment':
      return `The experiment ${subject.experiment_id} must be in the 'active' state. Current state is deleted.`;
    case 'taken_experiment':
      return `Experiment(name=${subject.name}) already exists${subject.deleted ? ' in deleted state' : ''}.`;
    case 'unknown_tag':
      return `No tag with name: ${subject.key} in ${subject.of} with id ${subject.id}`;
    case 'changed_param':
      return (
        `Changing param values is not allowed. Param with key='${subject.key}' was already logged with ` +
        `value='${subject.logged}' for run ID='${subject.run_id}'. Attempted logging new value '${subject.value}'.`
      );
  }
}
