/** What a training writes to the run that it belongs to. */
export interface TrainingLog {
  readonly id: string;
  logParams(params: Record<string, string | number | boolean>): void;
  logMetrics(metrics: Record<string, number>, step?: number): void;
}
