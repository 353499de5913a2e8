/** Scheme under which artifacts are reported to be; clients turn it into calls of this server's artifact proxy. */
export const OWN_ARTIFACTS = 'mlflow-artifacts:/';

/** Where an experiment's artifacts are reported to be. @param location what a client wrote; null: our own store. */
export function artifactRoot(experiment: number, location: string | null): string {
  return location ?? `${OWN_ARTIFACTS}${experiment}`;
}
