import { describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { reason } from '../../domain/reasons.js';
import type { Attempt, Rollout } from '../../domain/upgrade.js';
import { settle } from './move.js';
import { attempting, notStarted, seen, settled, started, unseen, waiting } from './rollout-changes.js';

const WHY = reason('rancher.unreachable', 'Rancher does not answer');
const BUSY = reason('service.busy', 'the service is restarting');
const HOUR_MS = 3_600_000;

function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return { at: NOON, revision: 'before', image: 'acme/web:1', count: 1, open: true, ...overrides };
}

describe('seen', () => {
  const outage = anOutage({ since: noonPlus(100), attempts: 3 });

  it('changes nothing where there was no outage', () => {
    const rollout = aRollout({ reason: BUSY });

    expect(seen(rollout, noonPlus(1), HOUR_MS)).toBe(rollout);
  });

  it.each<[string, Partial<Rollout>, number]>([
    ['of an upgrade under way', { timedFrom: NOON }, 60_000],
    ['after others', { timedFrom: NOON, unseenMs: 5000 }, 65_000],
    ['beyond the patience', { timedFrom: NOON, unseenMs: HOUR_MS - 1 }, HOUR_MS],
    ['before the start', {}, 0],
    ['of a start of which nobody knows what came', { attempt: anAttempt() }, 60_000],
    ['that began before such a start', { attempt: anAttempt({ at: noonPlus(130) }) }, 30_000],
    ['after a start that did not happen', { attempt: anAttempt({ open: false }) }, 0],
  ])('ends an outage %s, and takes it off its time', (_, rollout, unseenMs) => {
    const after = seen(aRollout({ ...rollout, outage, reason: WHY }), noonPlus(160), HOUR_MS);

    expect(after).toMatchObject({ outage: null, reason: null, unseenMs });
  });
});

describe('unseen', () => {
  it('notes since when and why, and looks again after growing pauses', () => {
    const first = unseen(aRollout(), WHY, NOON);
    const second = unseen(first, WHY, noonPlus(2));

    expect(first).toMatchObject({ outage: { since: NOON, attempts: 1 }, reason: WHY, dueAt: noonPlus(2) });
    expect(second).toMatchObject({ outage: { since: NOON, attempts: 2 }, dueAt: noonPlus(6) });
  });
});

describe('waiting', () => {
  it('looks at a busy service again in 5 s, and remembers since when it is busy', () => {
    const first = waiting(aRollout(), BUSY, NOON);
    const second = waiting(first, BUSY, noonPlus(5));

    expect(first).toMatchObject({ reason: BUSY, busySince: NOON, dueAt: noonPlus(5) });
    expect(second).toMatchObject({ reason: BUSY, busySince: NOON, dueAt: noonPlus(10) });
  });

  it('looks again in 2 s where nobody knows what came of a start', () => {
    expect(waiting(aRollout(), null, NOON)).toMatchObject({ busySince: null, dueAt: noonPlus(2) });
  });

  it.each([
    ['', NOON, 1000, 1100],
    [', at first every 30 s', NOON, 10, 40],
    [', and without a start', null, 10, 40],
  ])('looks ever more rarely at what awaits confirmation%s', (_, timedFrom, now, due) => {
    const rollout = aRollout({ status: 'awaiting_confirmation', timedFrom });

    expect(waiting(rollout, null, noonPlus(now)).dueAt).toEqual(noonPlus(due));
  });
});

describe('attempting', () => {
  const before = { revision: 'before', image: 'acme/web:1' };

  it('notes what was there and what is asked for', () => {
    const rollout = aRollout({ reason: BUSY, busySince: NOON });

    const after = attempting(rollout, before, 'acme/web:2', noonPlus(1));

    expect(after).toMatchObject({
      status: 'queued',
      from: 'acme/web:1',
      to: 'acme/web:2',
      attempt: { ...before, at: noonPlus(1), count: 1, open: true },
      reason: null,
      busySince: null,
    });
  });

  it('counts on, and begins the time anew', () => {
    const rollout = aRollout({ attempt: anAttempt({ count: 2, open: false }), unseenMs: 5000 });

    const after = attempting(rollout, before, 'acme/web:2', NOON);

    expect(after).toMatchObject({ attempt: { count: 3, open: true }, unseenMs: 0 });
  });
});

describe('started', () => {
  it('counts the time from when it was asked for', () => {
    const rollout = aRollout({ attempt: anAttempt({ at: noonPlus(3) }) });

    expect(started(rollout, 'ours')).toMatchObject({
      status: 'upgrading',
      revision: 'ours',
      startedAt: noonPlus(3),
      attempt: { open: false },
    });
  });

  it('ends an outage in which no start got through', () => {
    const outage = anOutage();

    expect(started(aRollout({ outage, reason: WHY }), 'ours')).toMatchObject({ outage: null, reason: null });
  });

  it('is total: a start that nobody has noted has no time', () => {
    expect(started(aRollout(), 'ours')).toMatchObject({ startedAt: null, attempt: null });
  });
});

describe('notStarted', () => {
  it.each([
    ['counts one that was refused', true, 2],
    ['does not count one that did not get through', false, 1],
  ])('%s, and looks again in 2 s', (_, counts, count) => {
    const rollout = aRollout({ attempt: anAttempt({ count: 2 }) });

    expect(notStarted(rollout, counts, NOON)).toMatchObject({
      attempt: { count, open: false },
      dueAt: noonPlus(2),
    });
  });

  it('is total: there may have been no attempt', () => {
    expect(notStarted(aRollout(), true, NOON).attempt).toBeNull();
  });
});

describe('settled', () => {
  it('ends a rollout', () => {
    expect(settled(aRollout(), { status: 'failed', reason: WHY, watched: false }, noonPlus(9))).toMatchObject(
      {
        status: 'failed',
        reason: WHY,
        finishedAt: noonPlus(9),
      },
    );
  });

  it('leaves one that awaits confirmation open, to be looked at again', () => {
    expect(settled(aRollout(), settle('awaiting_confirmation', null), NOON)).toMatchObject({
      status: 'awaiting_confirmation',
      finishedAt: null,
      dueAt: noonPlus(30),
    });
  });
});
