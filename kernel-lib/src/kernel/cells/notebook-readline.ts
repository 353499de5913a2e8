import readline from 'node:readline';
import readlinePromises from 'node:readline/promises';
import { PassThrough } from 'node:stream';
import type { UserInput } from './input.js';
import type { CellRouting } from './routing.js';

type Ask = (question: string) => Promise<string>;
type AnyInterface = readline.Interface & { question: unknown };

/**
 * Node's `readline` as cells get it: an interface on `process.stdin` asks in the notebook. Everything else is Node's own.
 */
export function readlineModules(routing: CellRouting, input: UserInput): ReadonlyMap<string, unknown> {
  const ask: Ask = async question => (routing.nearest ? input.ask(routing.nearest, question, false) : '');
  const promises = withInterface(
    readlinePromises,
    {},
    (asking, rl) => {
      rl.question = asking;
    },
    ask
  );
  const whole = withInterface(
    readline,
    { promises },
    (asking, rl) => {
      rl.question = (question: string, ...rest: unknown[]) => {
        const callback = rest.at(-1);
        void asking(question).then(
          answer => typeof callback === 'function' && callback(answer),
          () => rl.close()
        );
      };
    },
    ask
  );
  return new Map<string, unknown>([
    ['readline', whole],
    ['node:readline', whole],
    ['readline/promises', promises],
    ['node:readline/promises', promises]
  ]);
}

function withInterface<T extends object>(
  module: T & { createInterface: unknown },
  replaced: Readonly<Record<string, unknown>>,
  setQuestion: (asking: Ask, rl: AnyInterface) => void,
  ask: Ask
): T {
  const create = module.createInterface as (...args: unknown[]) => AnyInterface;
  const createInterface = (...args: unknown[]): AnyInterface => {
    const [first] = args;
    const isOptions = typeof first === 'object' && first !== null && 'input' in first;
    if ((isOptions ? first.input : first) !== process.stdin) {
      return create(...args);
    }
    const lines = new PassThrough();
    const rl = create({ input: lines, terminal: false });
    setQuestion(ask, rl);
    feedOnDemand(rl, lines, ask);
    return rl;
  };
  return new Proxy(module, {
    get: (target, key) => {
      if (key === 'createInterface') {
        return createInterface;
      }
      return typeof key === 'string' && Object.hasOwn(replaced, key)
        ? replaced[key]
        : (Reflect.get(target, key) as unknown);
    }
  });
}

/** Asks for line after line as soon as somebody listens for lines, until the interface is closed. */
function feedOnDemand(rl: AnyInterface, lines: PassThrough, ask: Ask): void {
  let isOpen = true;
  let isAsking = false;
  let question = '';
  rl.once('close', () => {
    isOpen = false;
  });
  rl.prompt = () => {
    question = rl.getPrompt();
  };
  const askOn = async (): Promise<void> => {
    try {
      while (isOpen) {
        lines.write(`${await ask(question)}\n`);
        // Lets the listener see the line, and close the interface or prompt for the next one.
        await new Promise(resolve => setImmediate(resolve));
      }
    } catch {
      // Interrupted, or the front end does not accept input: there are no more lines.
      rl.close();
    }
  };
  rl.on('newListener', event => {
    if (event === 'line' && !isAsking) {
      isAsking = true;
      setImmediate(() => void askOn());
    }
  });
}
