import { describe, expect, it } from '@jest/globals';
import { anOptions, anOutage, anUpgrade, aRollout, NOON } from '../../../test/fakes/records.js';
import { anAttempt, aProof } from '../../../test/fakes/situations.js';
import { isBegun } from '../../domain/activity.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Upgrade, UpgradeOptions } from '../../domain/upgrade.js';
import { limitOf } from './limits.js';
import { tallyOf } from '../summary.js';

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
