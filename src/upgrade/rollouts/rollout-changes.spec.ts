import { describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, NOON, noonPlus } from '../../../test/fakes/records.js';
import { anUndoing, anUpgrading, aProof } from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import type { Attempt, Rollout } from '../../domain/rollout.js';
import { settle } from './move.js';
import {
  attempting,
  confirmed,
  notStarted,
  restored,
  restoring,
  rollingBack,
  seen,
  settled,
  started,
  unseen,
  waiting,
} from './rollout-changes.js';

const WHY = reason('rancher.unreachable', 'Rancher does not answer');
const BUSY = reason('service.busy', 'the service is restarting');
const HOUR_MS = 3_600_000;

function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    at: NOON,
    revision: 'before',
    image: 'acme/web:1',
    count: 1,
    open: true,
    last: null,
    restoring: false,
    ...overrides,
  };
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

describe('seen and unseen', () => {
  it('leave what has failed its reason while it is watched', () => {
    const failed = aRollout({ status: 'failed', reason: BUSY, timedFrom: NOON });

    const unseenOnce = unseen(failed, WHY, NOON);

    expect(unseenOnce).toMatchObject({ reason: BUSY, outage: { reason: WHY } });
    expect(seen(unseenOnce, noonPlus(2), HOUR_MS)).toMatchObject({ reason: BUSY, outage: null });
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

describe('waiting, while it bakes or is watched,', () => {
  const baking = anUpgrading({ bake: 60, proof: aProof(0) });

  it.each<[string, Rollout, number, number]>([
    ['every 30 s', baking, 0, 30],
    ['and at the very end', baking, 45, 60],
    ['after that not without a rest, where somebody else is at the service', baking, 60, 62],
    ['every 30 s what has failed', anUpgrading({ status: 'failed' }), 10, 40],
    ['ever more rarely', anUpgrading({ status: 'failed' }), 1000, 1100],
    ['in time for the last moment to confirm', awaiting(100), 90, 100],
    ['again after it', awaiting(100), 101, 102],
    ['what nobody has to confirm in time', awaiting(null), 90, 120],
    ['what has failed, as if no time were set', { ...awaiting(100), status: 'failed' }, 90, 120],
  ])('looks %s: %#', (_, rollout, now, due) => {
    expect(waiting(rollout, null, noonPlus(now)).dueAt).toEqual(noonPlus(due));
  });
});

describe('confirmed', () => {
  it('believes nothing that was shown before, but where it is proven just now', () => {
    const rollout = anUpgrading({ proof: aProof(0), dueAt: noonPlus(600) });

    expect(confirmed(rollout, 'upgrading', noonPlus(90))).toMatchObject({ proof: null, dueAt: noonPlus(90) });
    expect(confirmed(rollout, 'finishing', noonPlus(90))).toMatchObject({ proof: aProof(0) });
  });

  it('begins its time anew, and is open again', () => {
    const failed = { status: 'failed', reason: WHY, finishedAt: noonPlus(30) } as const;
    const rollout = anUpgrading({ ...failed, confirm: false, unseenMs: 5000, bakedMs: 7000 });

    expect(confirmed(rollout, 'upgrading', noonPlus(90))).toMatchObject({
      status: 'upgrading',
      confirm: true,
      timedFrom: noonPlus(90),
      startedAt: NOON,
      unseenMs: 0,
      bakedMs: 0,
      reason: null,
      finishedAt: null,
    });
  });
});

describe('rollingBack', () => {
  it('begins with why, and forgets what it had ended with', () => {
    const rollout = anUpgrading({ status: 'failed', finishedAt: NOON, watchedUntil: NOON, unseenMs: 5000 });
    const undoing = anUndoing();

    expect(rollingBack({ ...rollout, outage: anOutage() }, undoing)).toMatchObject({
      status: 'rolling_back',
      undoing,
      reason: undoing.because,
      finishedAt: null,
      watchedUntil: null,
      outage: null,
      unseenMs: 0,
    });
  });
});

describe('attempting', () => {
  const before = { revision: 'before', image: 'acme/web:1', last: null };

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

describe('restoring', () => {
  it('counts as one more try, which starts nothing', () => {
    const rollout = aRollout({ attempt: anAttempt({ count: 2, open: false }) });

    const asked = restoring(rollout, noonPlus(9));

    const attempt = { ...anAttempt(), at: noonPlus(9), count: 3, open: true, restoring: true };
    expect(asked.attempt).toEqual(attempt);
    expect(restored(asked).attempt).toEqual({ ...attempt, open: false });
  });

  it.each([true, false])(
    'is told from a start where it did not happen; the one before in doubt: %s',
    (inDoubt) => {
      const asked = restoring(aRollout({ attempt: anAttempt({ count: 2 }) }), NOON);

      const after = notStarted(asked, { counts: false, inDoubt }, NOON);

      expect(after.attempt).toMatchObject({ count: 2, open: inDoubt, restoring: inDoubt });
    },
  );

  it('is total: there may have been no attempt', () => {
    expect(restoring(aRollout(), NOON).attempt).toBeNull();
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
    ['counts one that was refused', { counts: true, inDoubt: false }, 2],
    ['does not count one that did not get through', { counts: false, inDoubt: false }, 1],
    ['leaves one open where one before it may have happened', { counts: true, inDoubt: true }, 2],
  ])('%s, and looks again in 2 s', (_, why, count) => {
    const rollout = aRollout({ attempt: anAttempt({ count: 2 }) });

    expect(notStarted(rollout, why, NOON)).toMatchObject({
      attempt: { count, open: why.inDoubt },
      dueAt: noonPlus(2),
    });
  });

  it('is total: there may have been no attempt', () => {
    expect(notStarted(aRollout(), { counts: true, inDoubt: false }, NOON).attempt).toBeNull();
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

  it('watches on for a day what may yet come to a good end', () => {
    const end = { status: 'failed', reason: WHY, watched: true } as const;

    expect(settled(anUpgrading(), end, noonPlus(30))).toMatchObject({
      status: 'failed',
      finishedAt: noonPlus(30),
      watchedUntil: noonPlus(86_430),
      dueAt: noonPlus(60),
    });
  });

  it('ends when it is finished, whenever it had failed', () => {
    const watched = anUpgrading({ status: 'finishing', finishedAt: noonPlus(30) });

    expect(settled(watched, settle('finished', null), noonPlus(900)).finishedAt).toEqual(noonPlus(900));
  });

  it('ends to be watched, and keeps when it had failed', () => {
    const watched = anUpgrading({
      status: 'failed',
      finishedAt: noonPlus(30),
      watchedUntil: noonPlus(86_430),
    });

    const after = settled(watched, { status: 'failed', reason: WHY, watched: false }, noonPlus(900));

    expect(after).toMatchObject({ finishedAt: noonPlus(30), watchedUntil: null });
  });

  it('leaves one that awaits confirmation open, to be looked at again', () => {
    expect(settled(aRollout(), settle('awaiting_confirmation', null), NOON)).toMatchObject({
      status: 'awaiting_confirmation',
      finishedAt: null,
      dueAt: noonPlus(30),
    });
  });
});

function awaiting(confirmWithin: number | null): Rollout {
  return anUpgrading({ status: 'awaiting_confirmation', confirmWithin });
}
