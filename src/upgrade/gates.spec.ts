import { describe, expect, it } from '@jest/globals';
import { anOptions, anOutage, anUpgrade, aRollout, NOON } from '../../test/fakes/records.js';
import { anAttempt, aProof } from '../../test/fakes/situations.js';
import { isBegun } from '../domain/activity.js';
import { reason } from '../domain/reasons.js';
import type { Rollout } from '../domain/rollout.js';
import type { Upgrade, UpgradeOptions } from '../domain/upgrade.js';
import { limitOf, supersedingOf } from './gates.js';
import { tallyOf } from './summary.js';

const WEB = 'registry.acme.io/shop/web';

describe('supersedingOf', () => {
  it.each([
    [':2.1.0', ':2.1.1', true],
    [':2.1.0', ':2.1.0', false],
    [':2.1.0', ':2.0.9', false],
    [':2.1.0', ':2.1.1-alpine', false],
    [':2.1.0-alpine', ':2.1.1-alpine', true],
    [':2.1.0', ':latest', false],
    [':latest', ':2.1.0', false],
    [':latest', ':latest', true],
    [':latest', ':main', false],
    ['', ':latest', true],
    [':2.1.0', ':20260301', false],
    [`:latest@sha256:${'a'.repeat(64)}`, ':latest', false],
    [`@sha256:${'a'.repeat(64)}`, `@sha256:${'b'.repeat(64)}`, false],
  ])('%j waits, and %j comes: %s', (waits, comes, isSuperseded) => {
    const older = aRollout({ to: WEB + waits });
    const newer = aRollout({ id: 'r2', upgradeId: 'u2', to: WEB + comes });

    expect(supersedingOf(older, [older, newer]) !== null).toBe(isSuperseded);
  });

  it('says by what, and which upgrade took its place', () => {
    const older = aRollout();
    const newer = aRollout({ id: 'r2', upgradeId: 'u2', to: `${WEB}:2.2.0` });

    expect(supersedingOf(older, [older, newer])).toEqual({
      do: 'supersede',
      by: 'u2',
      end: {
        status: 'superseded',
        reason: reason('rollout.superseded', `${WEB}:2.2.0 was published before this one could start`),
        watched: false,
      },
    });
  });

  it('is by the last that has come', () => {
    const waiting = ['2.1.0', '2.2.0', '2.3.0'].map((tag, index) =>
      aRollout({ id: `r${index}`, upgradeId: `u${index}`, to: `${WEB}:${tag}` }),
    );
    const by = waiting.map((rollout) => {
      const move = supersedingOf(rollout, waiting);
      return move?.do === 'supersede' ? move.by : null;
    });

    expect(by).toEqual(['u2', 'u2', null]);
  });

  it.each<[string, Partial<Rollout>, Partial<Rollout>]>([
    ['what came before it', { id: 'r2', to: `${WEB}:2.0.9` }, { to: `${WEB}:2.2.0` }],
    ['what no longer waits', {}, { id: 'r2', to: `${WEB}:2.2.0`, status: 'awaiting_confirmation' }],
    ['another repository', {}, { id: 'r2', to: 'registry.acme.io/shop/api:2.2.0' }],
    ['what nobody can read', {}, { id: 'r2', to: '!!!' }],
    ['anything, where nobody can read what waits', { to: '!!!' }, { id: 'r2', to: `${WEB}:2.2.0` }],
  ])('is not by %s', (_, rollout, other) => {
    const one = aRollout(rollout);
    const two = aRollout(other);
    const inOrder = rollout.id ? [two, one] : [one, two];

    expect(supersedingOf(one, inOrder)).toBeNull();
  });

  it('never befalls what may have been started: nobody would carry that to its end', () => {
    const older = aRollout({ attempt: anAttempt() });
    const newer = aRollout({ id: 'r2', to: `${WEB}:2.2.0` });

    expect(supersedingOf(older, [older, newer])).toBeNull();
    expect(supersedingOf({ ...older, attempt: anAttempt({ open: false }) }, [older, newer])).not.toBeNull();
    const restoring = anAttempt({ open: false, restoring: true });
    expect(supersedingOf({ ...older, attempt: restoring }, [older, newer])).toBeNull();
  });
});

describe('limitOf', () => {
  const failed = aRollout({ status: 'failed', reason: reason('rollout.timeout', '-') });

  it('lets everything start where no limit is set', () => {
    const others = Array.from({ length: 100 }, () => ({ ...failed, status: 'upgrading' as const }));

    expect(limitFor(anUpgrade({ options: anOptions() }), [failed, ...others])).toBeNull();
  });

  it.each<[string, Partial<Rollout>, boolean]>([
    ['failed', { status: 'failed' }, true],
    ['rolled back', { status: 'rolled_back' }, true],
    ['not rolled back', { status: 'rollback_failed' }, true],
    ['blocked', { status: 'skipped', reason: reason('service.busy', '-') }, true],
    ['skipped', { status: 'skipped', reason: reason('version.not_newer', '-') }, false],
    ['skipped without a reason', { status: 'skipped' }, false],
    ['being rolled back for it', { status: 'rolling_back', reason: reason('rollout.timeout', '-') }, true],
    [
      'being rolled back because somebody wants it',
      { status: 'rolling_back', reason: reason('rollout.rollback_asked', '-') },
      false,
    ],
    ['cancelled', { status: 'cancelled' }, false],
    ['superseded', { status: 'superseded' }, false],
    ['finished', { status: 'finished' }, false],
  ])('counts what is %s as a failure: %#', (_, rollout, counts) => {
    expect(
      limitFor(anUpgrade({ options: anOptions({ maxFailures: 1 }) }), [aRollout(rollout)]) !== null,
    ).toBe(counts);
  });

  it('starts nothing of what somebody has called off', () => {
    expect(limitFor(anUpgrade({ cancelledAt: NOON }), [])).toMatchObject({
      status: 'cancelled',
      reason: { code: 'rollout.cancel_asked' },
    });
  });

  it('stops the rest of an upgrade after so many failures, and says so', () => {
    const options = anOptions({ maxFailures: 2 });

    expect(limitFor(anUpgrade({ options }), [failed])).toBeNull();
    expect(limitFor(anUpgrade({ options }), [failed, failed])).toEqual({
      do: 'settle',
      status: 'cancelled',
      reason: reason('upgrade.stopped', "2 of the upgrade's services have failed, and no more than 2 may"),
      watched: false,
    });
  });

  it.each<[string, Partial<Rollout>, boolean]>([
    ['is upgrading', { status: 'upgrading' }, true],
    ['is finishing', { status: 'finishing' }, true],
    ['is rolled back', { status: 'rolling_back' }, true],
    ['bakes', { status: 'upgrading', bake: 60, proof: aProof(0) }, true],
    ['waits for somebody', { status: 'awaiting_confirmation' }, false],
    ['waits', {}, false],
    ['may have been started', { attempt: anAttempt() }, true],
    ['has been asked for in vain', { attempt: anAttempt({ open: false }) }, false],
    ['was refused', { status: 'failed', attempt: anAttempt() }, false],
    ['is over', { status: 'finished' }, false],
  ])('counts what %s as one of those upgraded at once: %#', (_, rollout, counts) => {
    const hindrance = limitFor(anUpgrade({ options: anOptions({ maxParallel: 1 }) }), [aRollout(rollout)]);

    expect(hindrance).toEqual(counts ? { do: 'wait', because: null } : null);
  });

  it('lets as many start as may', () => {
    const options: UpgradeOptions = anOptions({ maxParallel: 2 });
    const busy = aRollout({ status: 'upgrading' });

    expect(limitFor(anUpgrade({ options }), [busy])).toBeNull();
    expect(limitFor(anUpgrade({ options }), [busy, busy])?.do).toBe('wait');
  });

  it('stops rather than waits', () => {
    const options = anOptions({ maxFailures: 1, maxParallel: 1 });

    expect(
      limitFor(anUpgrade({ options }), [failed, aRollout({ status: 'upgrading', outage: anOutage() })])?.do,
    ).toBe('settle');
  });
});

function limitFor(upgrade: Upgrade, others: readonly Rollout[]) {
  return limitOf({ upgrade, tally: tallyOf(others), begun: others.filter(isBegun).length });
}
