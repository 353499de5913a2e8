import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelClient } from './kernel-client.js';
import { notebookFolder, printed, published, result, traceback } from './notebook.js';

let kernel: KernelClient;
beforeAll(async () => {
  kernel = await KernelClient.start(notebookFolder());
});
afterAll(() => kernel.shutdown());

describe('a cell', () => {
  it('is echoed with its count, runs between busy and idle, and shows its last value', async () => {
    const first = await kernel.execute('const a: number = 6; a * 7');
    expect(first.published.map(({ type }) => type)).toEqual(['status', 'execute_input', 'execute_result', 'status']);
    expect(result(first)).toBe('42');
    expect(first.reply).toMatchObject({ status: 'ok', execution_count: 1 });
    const second = await kernel.execute('a + 1');
    expect(published(second, 'execute_input')).toEqual([{ code: 'a + 1', execution_count: 2 }]);
    expect(result(second)).toBe('7');
  });

  it('may await at its top level and declare a name again', async () => {
    await kernel.execute('const value = await Promise.resolve("one")');
    await kernel.execute('const value = await Promise.resolve(2)');
    expect(result(await kernel.execute('value + 1'))).toBe('3');
  });

  it('that is silent shows nothing and does not count', async () => {
    const before = await kernel.execute('1');
    const silent = await kernel.execute('console.log("hidden"); 5', { silent: true });
    expect(silent.published.map(({ type }) => type)).toEqual(['status', 'status']);
    expect(silent.reply['execution_count']).toBe(before.reply['execution_count']);
  });

  it('evaluates user expressions', async () => {
    await kernel.execute('const seven = 7');
    const { reply } = await kernel.execute('', { user_expressions: { good: 'seven + 1', bad: 'nothing.here' } });
    expect(reply['user_expressions']).toMatchObject({
      good: { status: 'ok', data: { 'text/plain': '8' } },
      bad: { status: 'error', ename: 'ReferenceError' }
    });
  });

  it('shows a value that knows its own MIME bundle', async () => {
    const cell = await kernel.execute(`({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>7</b>' }) })`);
    expect(published(cell, 'execute_result')).toMatchObject([{ data: { 'text/html': '<b>7</b>' } }]);
  });

  it('whose value cannot be shown is an error of the cell', async () => {
    for (const code of [
      '({ [Symbol.for("Jupyter.display")]() { throw new Error("not an image") } })',
      'const own = { text: "x", self: null as unknown }; own.self = own;\n({ [Symbol.for("Jupyter.display")]: () => own })'
    ]) {
      const cell = await kernel.execute(code);
      expect(cell.reply['status']).toBe('error');
      expect(published(cell, 'error')).toHaveLength(1);
    }
    expect(result(await kernel.execute('"goes on"'))).toBe("'goes on'");
  });

  it("shows what tslab's own display sends", async () => {
    const cell = await kernel.execute(`import { display } from 'tslab'; display.html('<i>x</i>')`);
    expect(published(cell, 'display_data')).toMatchObject([{ data: { 'text/html': '<i>x</i>' } }]);
  });
});

it('three hundred cells in a row are all answered', async () => {
  const cells = Array.from({ length: 300 }, (_, i) => kernel.submit(`const n${i} = ${i};\nn${i} + 1`));
  await Promise.all(cells.map(({ done }) => done));
  expect(cells.map(result)).toEqual(cells.map((_, i) => String(i + 1)));
});

describe('an error', () => {
  it('is an error output with the place in the cell, also from a later cell', async () => {
    await kernel.execute('function fail(x: number): never {\n  throw new TypeError("bad " + x);\n}');
    const cell = await kernel.execute('const y = 1;\nfail(y)');
    expect(cell.reply).toMatchObject({ status: 'error', ename: 'TypeError', evalue: 'bad 1' });
    const text = traceback(cell);
    expect(text).toMatch(/at fail Cell In\[\d+\]:2:9\n {4}at Cell In\[\d+\]:2:1$/);
    expect(text).toContain('---->   2   throw new TypeError("bad " + x);');
  });

  it('in a promise, a timer and a cause is placed too', async () => {
    const cell = await kernel.execute(
      'const later = async () => {\n  await null;\n  throw new Error("inner");\n};\n' +
        'try {\n  await later();\n} catch (cause) {\n  throw new Error("outer", { cause });\n}'
    );
    expect(traceback(cell)).toMatch(
      /Error: outer[\s\S]*:8:9[\s\S]*Caused by:\nError: inner[\s\S]*later Cell In\[\d+\]:3:9/
    );
  });

  it('of types says what and where, and nothing runs', async () => {
    const cell = await kernel.execute('console.log("ran");\nconst s: string = 3;');
    expect(printed(cell)).toBe('');
    expect(cell.reply).toMatchObject({ status: 'error', ename: 'CompileError' });
    expect(traceback(cell)).toContain("TS2322: Type 'number' is not assignable to type 'string'. (cell:2:7)");
  });

  it('keeps what the cell declared before', async () => {
    await kernel.execute('const kept = 5;\nthrow new Error("after")');
    expect(result(await kernel.execute('kept'))).toBe('5');
  });

  it('of a value that is not an error is shown as it is', async () => {
    const cell = await kernel.execute('throw { code: 7 }');
    expect(cell.reply).toMatchObject({ ename: 'Thrown', evalue: '{ code: 7 }' });
  });

  it('that nothing catches appears under the cell that it came from, and the kernel goes on', async () => {
    const cell = await kernel.execute(
      'void Promise.reject(new Error("nobody waits")); setTimeout(() => { throw new Error("in a timer") }, 1); 0'
    );
    await kernel.execute('await new Promise(resolve => setTimeout(resolve, 60))');
    expect(printed(cell, 'stderr')).toContain('Error: nobody waits');
    expect(printed(cell, 'stderr')).toContain('Error: in a timer');
  });

  it('aborts the cells that were sent after it, unless it was asked not to', async () => {
    const cells = [
      kernel.submit('await new Promise(r => setTimeout(r, 50)); throw new Error("stop")'),
      kernel.submit('"never"'),
      kernel.submit('"never"')
    ];
    const replies = await Promise.all(cells.map(({ done }) => done));
    expect(replies.map(({ status }) => status)).toEqual(['error', 'aborted', 'aborted']);
    const later = [kernel.submit('throw 1', { stop_on_error: false }), kernel.submit('"runs"')];
    expect((await Promise.all(later.map(({ done }) => done))).map(({ status }) => status)).toEqual(['error', 'ok']);
  });
});

describe('output', () => {
  it('that comes late goes to its own cell', async () => {
    const early = await kernel.execute('setTimeout(() => console.log("late"), 30); 0');
    const later = await kernel.execute('console.log("mine"); await new Promise(r => setTimeout(r, 80))');
    await expect.poll(() => printed(early)).toBe('late\n');
    expect(printed(later)).toBe('mine\n');
  });

  it('of a loop is gathered and keeps its order with the other stream', async () => {
    const cell = await kernel.execute(
      'for (let i = 0; i < 20000; i++) console.log(i);\nconsole.error("end");\nconsole.log("after")'
    );
    expect(printed(cell).split('\n')).toHaveLength(20_002);
    expect(published(cell, 'stream').length).toBeLessThan(20);
    expect(published(cell, 'stream').slice(-2)).toEqual([
      { name: 'stderr', text: 'end\n' },
      { name: 'stdout', text: 'after\n' }
    ]);
  });

  it('of characters that are split over writes stays whole', async () => {
    const cell = await kernel.execute(
      'const bytes = Buffer.from("ü");\nprocess.stdout.write(bytes.subarray(0, 1)); process.stdout.write(bytes.subarray(1)); 0'
    );
    expect(printed(cell)).toBe('ü');
  });
});

describe('a magic line', () => {
  it('runs, and a modulo that looks like one stays a modulo', async () => {
    await kernel.execute('const seven = 7; const four = 4');
    expect(result(await kernel.execute('seven\n%four'))).toBe('3');
    const help = await kernel.execute('%slip help');
    expect(help.reply['status']).toBe('ok');
    expect(JSON.stringify(published(help, 'display_data'))).toContain('promote');
  });

  it('that is wrong is an error in its own line', async () => {
    const cell = await kernel.execute('const here = 1;\n%slip bogus');
    expect(cell.reply).toMatchObject({ status: 'error', ename: 'SlipwayError' });
    expect(traceback(cell)).toContain('---->   2 %slip bogus');
  });
});

describe('while a cell is edited', () => {
  const at = (code: string, cursor_pos = [...code].length) => ({ code, cursor_pos });

  it('names and members are completed, after an emoji too', async () => {
    await kernel.execute('const temperature = { celsius: 3 }');
    const code = '"🌧"; temperature.cel';
    const reply = await kernel.request('complete_request', at(code));
    expect(reply).toMatchObject({ status: 'ok', cursor_start: 17, cursor_end: 20 });
    expect(reply['matches']).toContain('celsius');
    expect((await kernel.request('complete_request', at('tempera')))['matches']).toContain('temperature');
  });

  it('the commands of %slip are completed and explained', async () => {
    const names = await kernel.request('complete_request', at('const a = 1;\n%slip pro'));
    expect(names).toMatchObject({ matches: ['promote'], cursor_start: 19, cursor_end: 22 });
    expect((await kernel.request('complete_request', at('%sl')))['matches']).toEqual(['%slip']);
    const help = await kernel.request('inspect_request', { ...at('%slip promote'), detail_level: 0 });
    expect(JSON.stringify(help['data'])).toContain('%slip promote NAME');
  });

  it('a name is explained, with the cursor in it or just after', async () => {
    await kernel.execute('/** How warm. */\nconst warmth = 3');
    for (const cursor of [2, 6]) {
      const reply = await kernel.request('inspect_request', { code: 'warmth', cursor_pos: cursor, detail_level: 0 });
      expect(reply).toMatchObject({ found: true });
      expect(JSON.stringify(reply['data'])).toContain('warmth: 3');
    }
  });

  it.each([
    ['const a = 1', 'complete'],
    ['function f() {', 'incomplete'],
    ['const t = `open', 'incomplete'],
    ['/* open', 'incomplete'],
    ['const = 3', 'invalid'],
    ['%slip status', 'complete']
  ])('%s is %s', async (code, status) => {
    expect((await kernel.request('is_complete_request', { code }))['status']).toBe(status);
  });

  it('the history is found by tail, range and pattern', async () => {
    await kernel.execute('"needle one"');
    await kernel.execute('"needle two"');
    const base = { output: true, raw: true, session: 0 };
    const tail = await kernel.request('history_request', { ...base, hist_access_type: 'tail', n: 1 });
    expect(tail['history']).toMatchObject([[1, expect.any(Number), ['"needle two"', "'needle two'"]]]);
    const search = await kernel.request('history_request', {
      ...base,
      hist_access_type: 'search',
      pattern: '*needle*'
    });
    expect(search['history']).toHaveLength(2);
  });
});

it('input is asked for and given', async () => {
  const cell = kernel.submit('const name: string = await globalThis.__slipway__.input("Name?"); name', {
    allow_stdin: true
  });
  await kernel.answerInput('Ada');
  await cell.done;
  expect(result(cell)).toBe("'Ada'");
  const without = await kernel.execute('await globalThis.__slipway__.input("Name?")');
  expect(without.reply).toMatchObject({ status: 'error', ename: 'InputUnavailableError' });
});

it('a comm is refused by closing it', async () => {
  expect(await kernel.request('comm_info_request', {})).toMatchObject({ status: 'ok', comms: {} });
});
