import { stripVTControlCharacters } from 'node:util';
import type { Execution } from '../kernel/kernel-client.js';

/** An output of a cell as these notebooks hold it: what a reader sees, as text. */
export type Output =
  | { readonly output_type: 'stream'; readonly name: string; text: string }
  | { readonly output_type: 'execute_result' | 'display_data'; readonly data: Record<string, unknown> }
  | { readonly output_type: 'error'; readonly ename: string; readonly evalue: string; readonly traceback: string[] };

interface Shown {
  output: Output;
  readonly displayId: string | undefined;
}

/** What a front end shows under each of the executions now, with updates of displays applied. */
export function outputsOf(executions: readonly Execution[]): Output[][] {
  const shown = executions.map((): Shown[] => []);
  const messages = executions.flatMap(({ published }, cell) => published.map(message => ({ cell, ...message })));
  for (const { cell, type, content } of messages) {
    const list = shown[cell]!;
    const displayId = (content['transient'] as { display_id?: string } | undefined)?.display_id;
    switch (type) {
      case 'stream':
        addText(list, String(content['name']), stripVTControlCharacters(String(content['text'])));
        break;
      case 'execute_result':
      case 'display_data':
        list.push({ output: { output_type: type, data: steady(content['data']) }, displayId });
        break;
      case 'update_display_data':
        for (const entry of shown.flat().filter(each => each.displayId === displayId)) {
          entry.output = { output_type: 'display_data', data: steady(content['data']) };
        }
        break;
      case 'error':
        list.push({ output: errorOf(content), displayId: undefined });
        break;
    }
  }
  return shown.map(list => list.map(({ output }) => output));
}

function addText(list: Shown[], name: string, text: string): void {
  const last = list.at(-1)?.output;
  if (last?.output_type === 'stream' && last.name === name) {
    last.text += text;
  } else {
    list.push({ output: { output_type: 'stream', name, text }, displayId: undefined });
  }
}

function errorOf(content: Record<string, unknown>): Output {
  const traceback = (content['traceback'] as string[]).map(line => stripVTControlCharacters(line));
  return { output_type: 'error', ename: String(content['ename']), evalue: String(content['evalue']), traceback };
}

/** Without what differs from run to run: durations, and the HTML form where there is a text. */
function steady(data: unknown): Record<string, unknown> {
  const { 'text/plain': text, ...rest } = data as Record<string, unknown>;
  if (typeof text !== 'string') {
    return rest;
  }
  return { 'text/plain': text.replace(/\b\d+(?:\.\d+)? m?s\b/g, '0 ms').replace(/ +/g, ' ') };
}
