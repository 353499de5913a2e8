import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sweep, temporaryFolder } from './temporary-folder.js';

const place = mkdtempSync(path.join(tmpdir(), 'slipway-sweep-'));
afterAll(() => rmSync(place, { recursive: true }));

it('what killed processes left an hour ago is deleted, and nothing else', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const make = (name: string, minutes: number): void => {
    mkdirSync(path.join(place, name));
    writeFileSync(path.join(place, name, 'rows.ndjson'), '{}\n');
    const when = new Date(Date.now() - minutes * 60_000);
    utimesSync(path.join(place, name), when, when);
  };
  make(`slipway-rows-${dead}-aaaaaa`, 90);
  make(`slipway-frames-${dead}`, 90);
  make(`slipway-content-${dead}-bbbbbb`, 5);
  make(`slipway-rows-${process.pid}-cccccc`, 90);
  make(`slipway-mine-${dead}-dddddd`, 90);
  make('holiday-images', 90);
  await sweep(place);
  expect(readdirSync(place).sort()).toEqual([
    'holiday-images',
    `slipway-content-${dead}-bbbbbb`,
    `slipway-mine-${dead}-dddddd`,
    `slipway-rows-${process.pid}-cccccc`
  ]);
});

it('a folder says whose it is', async () => {
  const folder = await temporaryFolder('rows');
  expect(path.basename(folder)).toMatch(new RegExp(`^slipway-rows-${process.pid}-`));
  expect(existsSync(folder)).toBe(true);
  rmSync(folder, { recursive: true });
});
