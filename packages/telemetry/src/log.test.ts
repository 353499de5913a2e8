import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Log, type LogLevel } from './log.js';

function logged(level: LogLevel, use: (log: Log) => void): string[] {
  const lines: string[] = [];
  use(new Log({ level, write: line => lines.push(line) }));
  return lines;
}

describe('a log', () => {
  it('holds one JSON object in each line, of its level and above', () => {
    const lines = logged('warn', log => {
      log.write('info', 'quiet');
      log.write('warn', 'slow', { status: 503, route: '/a\nb' });
      log.fault(new Error('broken'));
    });
    expect(lines.map(line => JSON.parse(line) as unknown)).toMatchObject([
      { level: 'warn', message: 'slow', status: 503, route: '/a\nb' },
      { level: 'error', message: 'broken', stack: expect.stringContaining('log.test') as string }
    ]);
    expect(lines.every(line => line.indexOf('\n') === line.length - 1)).toBe(true);
  });

  it.each([
    'slp_0123456789abcdef_abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ',
    'Bearer abcdefghijklmnop.qrst-uv',
    'authorization: Basic YWRhOmNvcnJlY3QgaG9yc2U=',
    'postgresql://ada:correct-horse@db.example/slipway',
    '{"password":"correct horse battery"}',
    'secret=correct-horse&other=1',
    'api_key: correct-horse',
    'the token of the folder: known-to-the-server'
  ])('shows nothing of %s', text => {
    const [line = ''] = logged('error', log => {
      log.hide('known-to-the-server');
      log.write('error', `It failed with ${text}`, { detail: text });
    });
    expect(line).toContain('[redacted]');
    for (const secret of ['correct', 'abcdefghijkl', 'YWRhOm', 'known-to']) {
      expect(line).not.toContain(secret);
    }
    expect(JSON.parse(line)).toMatchObject({ level: 'error' });
  });

  it('never shows a secret that it was told, whatever surrounds it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        const lines = logged('info', log => {
          log.hide('s3cret-of-the-test');
          log.write('info', `${before}s3cret-of-the-test${after}`);
        });
        expect(lines.join('')).not.toContain('s3cret-of-the-test');
      })
    );
  });
});
