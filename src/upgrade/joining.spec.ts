import { describe, expect, it } from '@jest/globals';
import { anAttempt } from '../../test/fakes/situations.js';
import { anOptions, anUpgrade, aRollout, noonPlus } from '../../test/fakes/records.js';
import type { UpgradeOptions } from '../domain/upgrade.js';
import { findJoined, joined, type Running } from './joining.js';

/** An upgrade that was accepted so many seconds after noon. */
function running(
  id: string,
  seconds: number,
  started = false,
  options: Partial<UpgradeOptions> = {},
): Running {
  const attempt = started ? anAttempt() : null;
  const upgrade = anUpgrade({ id, createdAt: noonPlus(seconds), options: anOptions(options) });
  return { upgrade, rollouts: [aRollout({ upgradeId: id }), aRollout({ id: 'r2', upgradeId: id, attempt })] };
}

/** One of which a service is being rolled back. */
function undone(id: string): Running {
  const { upgrade } = running(id, 0);
  return { upgrade, rollouts: [aRollout({ status: 'rolling_back' })] };
}

/** One that somebody has cancelled. */
function calledOff(id: string): Running {
  const { upgrade, rollouts } = running(id, 0);
  return { upgrade: { ...upgrade, cancelledAt: noonPlus(1) }, rollouts };
}

/** The upgrade that a push joins, of those that are running. */
function join(others: readonly Running[], hasMovingTag: boolean, seconds: number): string | null {
  const push = { options: anOptions(), hasMovingTag, at: noonPlus(seconds) };
  return joined(others, push)?.upgrade.id ?? null;
}

describe('a push of a version', () => {
  it.each<[string, readonly Running[], string | null]>([
    ['is an upgrade of its own where none is running', [], null],
    ['joins one that runs, however long, started or not', [running('a', 0, true)], 'a'],
    ['joins none that was called off', [calledOff('a')], null],
    ['joins none of other options', [running('a', 0, false, { confirm: false })], null],
    [
      'joins the newest of the same',
      [running('c', 9, false, { timeout: 1 }), running('b', 5), running('a', 0)],
      'b',
    ],
  ])('%s', (_, others, expected) => {
    expect(join(others, false, 10_000)).toBe(expected);
  });
});

describe('a push of a moving tag', () => {
  it.each<[string, readonly Running[], number, string | null]>([
    ['is an upgrade of its own where none is running', [], 0, null],
    ['joins one of just now', [running('a', 0, true)], 2, 'a'],
    ['is a follow-up of one that is older', [running('a', 0, true)], 2.1, null],
    ['is one also where that has not started', [running('a', 0)], 2.1, null],
    ['joins none of the future', [running('a', 3600)], 1, null],
    ['joins none that is being undone', [undone('a')], 1, null],
    ['joins the follow-up that waits', [running('b', 5), running('a', 0, true)], 100, 'b'],
    ['joins no follow-up that has started', [running('b', 5, true), running('a', 0, true)], 100, null],
  ])('%s', (_, others, seconds, expected) => {
    expect(join(others, true, seconds)).toBe(expected);
  });
});

describe('a push among many', () => {
  const MANY = Array.from({ length: 500 }, (_, index) => running(`other ${index}`, 0, false, { timeout: 1 }));
  const others = [
    ...MANY,
    calledOff('called off'),
    undone('undone'),
    ...['d', 'c', 'b', 'a'].map((id) => running(id, 5)),
  ];

  it.each([
    [false, ['undone', 'd']],
    [true, ['undone', 'd', 'c']],
  ])('loads only what it can join (moving tag: %s)', async (hasMovingTag, expected) => {
    const loaded: string[] = [];
    const load = async (id: string) => {
      loaded.push(id);
      return others.find(({ upgrade }) => upgrade.id === id) ?? running('none', 0);
    };
    const push = { options: anOptions(), hasMovingTag, at: noonPlus(100) };

    const found = await findJoined(
      others.map(({ upgrade }) => upgrade),
      push,
      load,
    );

    expect(found).toBe(joined(others, push));
    expect(found?.upgrade.id).toBe('d');
    expect(loaded).toEqual(expected);
  });
});
