import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { quicken, type TimeSources } from './quicken.js';

const NOON = Date.UTC(2026, 2, 2, 12);

/** Time that a test turns, and what is waited for. */
class FakeSources implements TimeSources {
  ms = 0;
  readonly waits: (number | undefined)[] = [];
  Date: DateConstructor;
  readonly performance = { now: () => this.ms };

  constructor() {
    const now = () => NOON + this.ms;
    this.Date = new Proxy(Date, { get: (date, name) => (name === 'now' ? now : Reflect.get(date, name)) });
  }

  setTimeout: TimeSources['setTimeout'] = (task, ms, ...args) => {
    this.waits.push(ms);
    task(...args);
  };

  setInterval: TimeSources['setInterval'] = (_, ms) => this.waits.push(ms);
}

describe(quicken, () => {
  it('lets both clocks run faster, from where they were', () => {
    const sources = new FakeSources();
    sources.ms = 500;
    quicken(sources, 60);
    sources.ms += 1000;

    expect(sources.performance.now()).toBe(500 + 60_000);
    expect(sources.Date.now()).toBe(NOON + 500 + 60_000);
    expect(new sources.Date().getTime()).toBe(NOON + 500 + 60_000);
  });

  it('leaves dates alone that are given', () => {
    const sources = new FakeSources();
    quicken(sources, 60);

    const date = new sources.Date(NOON);

    expect(date).toBeInstanceOf(sources.Date);
    expect(date.toISOString()).toBe('2026-03-02T12:00:00.000Z');
    expect(sources.Date.UTC(2026, 2, 2, 12)).toBe(NOON);
  });

  it('shortens what is waited for, to whole milliseconds, and hands on the arguments', () => {
    const sources = new FakeSources();
    quicken(sources, 60);
    const told: unknown[] = [];

    sources.setTimeout((...args) => told.push(...args), 10_000, 'a', 'b');
    sources.setTimeout(() => undefined);
    sources.setInterval(() => undefined, 60_000);

    expect(sources.waits).toEqual([167, 0, 1000]);
    expect(told).toEqual(['a', 'b']);
  });

  it('shortens promised waits as well', async () => {
    const sources = new FakeSources();
    quicken(sources, 10);

    const wait = promisify(sources.setTimeout) as unknown as (ms: number, value: string) => Promise<string>;

    expect(await wait(95, 'over')).toBe('over');
    expect(sources.waits).toEqual([10]);
  });

  it('changes nothing at the speed of real time', () => {
    const sources = new FakeSources();
    quicken(sources, 1);
    sources.ms += 1000;

    sources.setTimeout(() => undefined, 11_000);

    expect(sources.waits).toEqual([11_000]);
    expect(sources.Date.now()).toBe(NOON + 1000);
  });
});
