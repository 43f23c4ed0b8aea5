import { describe, expect, it } from '@jest/globals';
import { aRollout, noonPlus } from '../../../test/fakes/records.js';
import { aService } from '../../../test/fakes/services.js';
import { anAttempt, anUpgrading, aProof } from '../../../test/fakes/situations.js';
import { ROLLOUT_STATUSES, type Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { needsInspection } from './needs-inspection.js';
import { INSPECTION_PAUSE_MS } from './proof.js';

const PAUSE = INSPECTION_PAUSE_MS / 1000;

describe('needsInspection', () => {
  it.each<[string, Partial<Rollout>, Partial<Service>, boolean]>([
    ['a service that hides nothing', {}, {}, false],
    ['a service whose secrets are hidden', {}, { inspectBeforeStart: true }, true],
    ['a start whose outcome is unknown', { attempt: anAttempt() }, {}, true],
    ['a start that did not happen', { attempt: anAttempt({ open: false }) }, {}, true],
    ['a service that is upgraded already', {}, { phase: 'upgraded' }, true],
    ['one whose upgrade was cancelled', {}, { phase: 'cancelled' }, false],
    [
      'one whose upgrade was cancelled and is to be cleared away',
      { leftover: 'finish' },
      { phase: 'cancelled' },
      true,
    ],
    ['a service that is busy', {}, { phase: 'changing', inspectBeforeStart: true }, false],
  ])('before a start: %s (%#)', (_, rollout, service, expected) => {
    expect(needsInspection(aRollout(rollout), aService(service), noonPlus(0))).toBe(expected);
  });

  it.each<[string, Partial<Rollout>, Partial<Service>, number, boolean]>([
    ['what is upgraded', {}, { phase: 'upgraded' }, 0, true],
    ['what is upgraded and finishing', { status: 'finishing' }, { phase: 'upgraded' }, 0, true],
    ['what has failed and is upgraded', { status: 'failed' }, { phase: 'upgraded' }, 0, true],
    ['what somebody else has upgraded', {}, { phase: 'upgraded', revision: 'theirs' }, 0, false],
    ['what is upgrading, at first', {}, { phase: 'upgrading' }, PAUSE - 1, false],
    ['what is upgrading for a while', {}, { phase: 'upgrading' }, PAUSE, true],
    [
      'what was inspected lately',
      { proof: aProof(null, { inspectedAt: noonPlus(5) }) },
      {},
      PAUSE + 4,
      false,
    ],
    [
      'what was inspected a while ago',
      { proof: aProof(null, { inspectedAt: noonPlus(5) }) },
      {},
      PAUSE + 5,
      true,
    ],
    ['what somebody else upgrades', {}, { revision: 'theirs' }, PAUSE, false],
    ['what has no time', { timedFrom: null }, {}, 1e6, false],
    ['what somebody else has finished or undone', {}, { phase: 'idle' }, 0, true],
    ['what has failed, and was finished or undone', { status: 'failed' }, { phase: 'idle' }, 0, true],
    ['what it has finished itself', { status: 'finishing' }, { phase: 'idle' }, 0, false],
    ['what is rolling back', { status: 'rolling_back' }, { phase: 'rolling_back' }, 0, false],
    ['what is rolled back', { status: 'rolling_back' }, { phase: 'idle', revision: 'before' }, 0, true],
    ['what is rolled back and stopped', { status: 'rolling_back' }, { phase: 'stopped' }, 0, true],
    [
      'what awaited it, and was finished or undone',
      { status: 'awaiting_confirmation' },
      { phase: 'idle' },
      0,
      true,
    ],
    ['what awaits confirmation', { status: 'awaiting_confirmation' }, { phase: 'upgraded' }, 1e6, false],
  ])('after a start: %s (%#)', (_, rollout, changes, seconds, expected) => {
    const service = aService({ phase: 'upgrading', revision: 'ours', ...changes });

    expect(needsInspection(anUpgrading(rollout), service, noonPlus(seconds))).toBe(expected);
  });

  it('never of what is over', () => {
    const over = ROLLOUT_STATUSES.slice(ROLLOUT_STATUSES.indexOf('rolled_back'));
    const service = aService({ phase: 'upgraded', revision: 'ours' });

    expect(over.filter((status) => needsInspection(anUpgrading({ status }), service, noonPlus(1e6)))).toEqual(
      [],
    );
    expect(needsInspection(anUpgrading({ status: 'finished' }), service, noonPlus(1e6))).toBe(false);
  });
});
