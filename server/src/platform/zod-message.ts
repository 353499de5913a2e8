import type { z } from 'zod';

/** The first problem: where, as `.inputs[0].name`, and what, as a sentence part. */
export function zodMessage(error: z.ZodError): { path: string; message: string } {
  const issue = error.issues[0];
  if (issue === undefined) {
    return { path: '', message: 'invalid' };
  }
  return { path: formatPath(issue.path), message: issue.message };
}

function formatPath(path: readonly PropertyKey[]): string {
  return path.map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
}
