import { describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, NOON } from '../../test/fakes/records.js';
import { aProof } from '../../test/fakes/situations.js';
import { activityOf, isBaking } from './activity.js';
import type { Rollout } from './rollout.js';

const OUTAGE = anOutage();
const BAKES = { bake: 60, proof: aProof(1) } as const;

describe('activityOf', () => {
  it.each<[Rollout['status'], string]>([
    ['queued', 'queued'],
    ['upgrading', 'moving'],
    ['finishing', 'moving'],
    ['rolling_back', 'moving'],
    ['awaiting_confirmation', 'watched'],
    ['failed', 'over'],
    ['finished', 'over'],
    ['rolled_back', 'over'],
    ['rollback_failed', 'over'],
    ['skipped', 'over'],
    ['superseded', 'over'],
    ['cancelled', 'over'],
  ])('of what is %s is %s', (status, expected) => {
    expect(activityOf(aRollout({ status }))).toBe(expected);
  });

  it.each<[string, Partial<Rollout>, string]>([
    ['a rollout that bakes holds no slot', { status: 'upgrading', ...BAKES }, 'watched'],
    ['one that has baked and is finished does', { status: 'finishing', ...BAKES }, 'moving'],
    ['so does one that is rolled back', { status: 'rolling_back', ...BAKES }, 'moving'],
    ['what cannot be seen holds no slot', { status: 'upgrading', outage: OUTAGE }, 'watched'],
    ['nor where it is finished', { status: 'finishing', outage: OUTAGE }, 'watched'],
    ['nor where it is rolled back', { status: 'rolling_back', outage: OUTAGE }, 'watched'],
    ['what has failed may be watched on', { status: 'failed', watchedUntil: NOON }, 'watched'],
  ])('%s', (_, rollout, expected) => {
    expect(activityOf(aRollout(rollout))).toBe(expected);
  });
});

describe('isBaking', () => {
  it.each<[string, Partial<Rollout>, boolean]>([
    ['its containers are sound', {}, true],
    ['it need not bake', { bake: 0 }, false],
    ['nobody has looked at its containers', { proof: null }, false],
    ['its containers are not sound', { proof: aProof(null) }, false],
    ['it is finished', { status: 'finishing' }, false],
    ['somebody has to confirm it', { status: 'awaiting_confirmation' }, false],
  ])('when %s: %#', (_, overrides, expected) => {
    expect(isBaking(aRollout({ status: 'upgrading', ...BAKES, ...overrides }))).toBe(expected);
  });
});
