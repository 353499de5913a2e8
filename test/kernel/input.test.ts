import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelClient, type Execution } from './kernel-client.js';
import { notebookFolder, printed, result, traceback } from './notebook.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start(notebookFolder());
});
afterAll(() => kernel.shutdown());

/** Runs a cell, and answers its questions one after the other. */
async function answered(code: string, ...answers: string[]): Promise<{ cell: Execution; questions: string[] }> {
  const cell = kernel.submit(code, { allow_stdin: true });
  const questions: string[] = [];
  for (const answer of answers) {
    questions.push(await kernel.answerInput(answer));
  }
  await cell.done;
  expect(traceback(cell)).toBe('');
  return { cell, questions };
}

describe('the user of the notebook is asked', () => {
  it('by prompt, which waits for the answer as in a browser', async () => {
    const { cell, questions } = await answered(
      'const name = prompt("Name?", "Bob"); const age = prompt("Age?"); [name, age]',
      '',
      '36'
    );
    expect(questions).toEqual(['Name? [Bob] ', 'Age? ']);
    expect(result(cell)).toBe("[ 'Bob', '36' ]");
  });

  it('by confirm, again until the answer is one', async () => {
    const { cell, questions } = await answered('[confirm("Go on?"), confirm("Sure?")]', 'perhaps', 'yes', 'n');
    expect(questions).toEqual(['Go on? [y/N] ', 'Go on? [y/N] ', 'Sure? [y/N] ']);
    expect(result(cell)).toBe('[ true, false ]');
  });

  it("by Node's readline with promises, with callbacks, and line by line", async () => {
    const { cell, questions } = await answered(
      'import readline from "node:readline/promises";\nimport * as plain from "node:readline";\n' +
        'const rl = readline.createInterface({ input: process.stdin, output: process.stdout });\n' +
        'const first = await rl.question("First? "); rl.close();\n' +
        'const other = plain.createInterface({ input: process.stdin });\n' +
        'const second = await new Promise<string>(resolve => other.question("Second? ", resolve)); other.close();\n' +
        'const lines: string[] = [];\n' +
        'for await (const line of plain.createInterface({ input: process.stdin })) { if (line === "end") break; lines.push(line); }\n' +
        '[first, second, lines]',
      'a',
      'b',
      'c',
      'end'
    );
    expect(questions.slice(0, 2)).toEqual(['First? ', 'Second? ']);
    expect(result(cell)).toBe("[ 'a', 'b', [ 'c' ] ]");
  });

  it('after seeing all that the cell has shown before', async () => {
    const lines = 'for (let i = 0; i < 3000; i++) { console.log(`out ${i}`); console.error(`err ${i}`); }';
    const cell = kernel.submit(`${lines}\nprompt("Go on?")`, { allow_stdin: true });
    const text = (): string[] =>
      cell.published.filter(({ type }) => type === 'stream').map(({ content }) => String(content['text']));
    await expect.poll(() => text().length).toBe(6000);
    expect(text().join('')).toBe(Array.from({ length: 3000 }, (_, i) => `out ${i}\nerr ${i}\n`).join(''));
    await kernel.answerInput('yes');
    await cell.done;
  });

  it('and an interrupt ends the waiting', async () => {
    const cell = kernel.submit('console.log("asks"); prompt("Name?")', { allow_stdin: true });
    await expect.poll(() => printed(cell)).toBe('asks\n');
    await kernel.interrupt();
    expect(await cell.done).toMatchObject({ status: 'error', ename: 'Interrupted' });
    expect(result(await kernel.execute('1 + 1'))).toBe('2');
  });

  it('and an interrupt ends that waiting only, however soon it comes', async () => {
    for (let i = 0; i < 20; i++) {
      const cell = kernel.submit('console.log("asks"); prompt("Name?")', { allow_stdin: true });
      await expect.poll(() => printed(cell), { interval: 1 }).toBe('asks\n');
      await kernel.interrupt();
      expect(await cell.done).toMatchObject({ status: 'error', ename: 'Interrupted' });
    }
  });
});

it('a front end that does not accept input is reported', async () => {
  const cell = await kernel.execute('prompt("Name?")');
  expect(cell.reply).toMatchObject({ status: 'error', ename: 'InputUnavailableError' });
});
