import { describe, expect, it } from 'vitest';
import { EventLog, type EventEntry } from './event-log.js';

function changed(name: string) {
  return { type: 'dataset.changed', name } as const;
}

function collect(log: EventLog, lastSeen?: number): EventEntry[] {
  const seen: EventEntry[] = [];
  log.subscribe(entry => seen.push(entry), lastSeen);
  return seen;
}

describe('the event log', () => {
  it('tells listeners what is new, with ids that grow by one', () => {
    const log = new EventLog();
    const seen = collect(log);
    log.publish(changed('a'));
    log.publish(changed('b'));
    log.flush();
    expect(seen.map(entry => entry.event)).toEqual([changed('a'), changed('b')]);
    expect((seen[1]?.id ?? 0) - (seen[0]?.id ?? 0)).toBe(1);
  });

  it('makes one event of repeated events of one entity', () => {
    const log = new EventLog();
    const seen = collect(log);
    for (let time = 0; time < 1000; time += 1) {
      log.publish(changed('a'));
    }
    log.flush();
    expect(seen).toHaveLength(1);
  });

  it('gives a listener that reconnects what it missed, and nothing twice', () => {
    const log = new EventLog();
    const first = collect(log);
    for (const name of ['a', 'b', 'c']) {
      log.publish(changed(name));
      log.flush();
    }
    expect(collect(log, first[0]?.id).map(entry => entry.event)).toEqual([changed('b'), changed('c')]);
    expect(collect(log, first[2]?.id)).toEqual([]);
  });

  it('gives one reset to a listener that was away too long', () => {
    const log = new EventLog({ capacity: 2 });
    const first = collect(log);
    for (const name of ['a', 'b', 'c', 'd']) {
      log.publish(changed(name));
      log.flush();
    }
    const back = collect(log, first[0]?.id);
    expect(back).toEqual([{ id: first[3]?.id, event: { type: 'reset' } }]);
  });

  it('gives a reset to a listener of an earlier server', () => {
    const log = new EventLog();
    expect(collect(log, Date.now() - 60_000).map(entry => entry.event)).toEqual([{ type: 'reset' }]);
  });

  it('sends nothing to a closed subscription', () => {
    const log = new EventLog();
    const seen: EventEntry[] = [];
    log.subscribe(entry => seen.push(entry))();
    log.publish(changed('a'));
    log.flush();
    expect(seen).toEqual([]);
  });
});
