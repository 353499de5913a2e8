import type { CellRouting } from './routing.js';
import type { UserInput } from './input.js';

const YES = /^\s*(?:y|yes|true|ok)\s*$/i;
const NO = /^\s*(?:n|no|false)?\s*$/i;

/** Gives the code of cells `prompt` and `confirm`, which ask in the notebook; a page's own are left alone. */
export function provideQuestions(routing: CellRouting, input: UserInput): void {
  const ask = (question: string): string | null => (routing.nearest ? input.askNow(routing.nearest, question) : null);
  const prompt = (message: unknown = '', defaultValue?: string): string | null => {
    const hint = defaultValue === undefined ? '' : ` [${defaultValue}]`;
    const answer = ask(`${String(message)}${hint} `);
    return answer === '' && defaultValue !== undefined ? defaultValue : answer;
  };
  const confirm = (message: unknown = ''): boolean => {
    for (;;) {
      const answer = ask(`${String(message)} [y/N] `) ?? '';
      if (YES.test(answer) || NO.test(answer)) {
        return YES.test(answer);
      }
    }
  };
  for (const [name, value] of Object.entries({ prompt, confirm })) {
    if (!(name in globalThis)) {
      Object.defineProperty(globalThis, name, { configurable: true, writable: true, enumerable: false, value });
    }
  }
}
