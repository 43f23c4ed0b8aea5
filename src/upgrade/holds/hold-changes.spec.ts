import { describe, expect, it } from '@jest/globals';
import { aHold } from '../../../test/fakes/kept.js';
import { aRollout, noonPlus } from '../../../test/fakes/records.js';
import { anUndoing, anUpgrading } from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { holdsAfter, liftedBy } from './hold-changes.js';

const WEB = 'registry.acme.io/shop/web';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const ELSEWHERE = reason('rollout.rolled_back_elsewhere', '-');

describe('holdsAfter', () => {
  const before = anUpgrading({ status: 'rolling_back', undoing: anUndoing() });

  it('holds back what was rolled back, from the service and in its own spelling', () => {
    const holds = holdsAfter(before, { ...before, status: 'rolled_back' }, noonPlus(9));

    expect(holds).toEqual([aHold({ image: before.to, since: noonPlus(9), upgradeId: 'u1' })]);
  });

  it.each<[string, Partial<Rollout>, boolean]>([
    ['was rolled back', { status: 'rolled_back' }, true],
    ['could not be rolled back', { status: 'rollback_failed' }, true],
    ['somebody else has rolled back', { status: 'failed', reason: ELSEWHERE }, true],
    [
      'was rolled back and is not to be held',
      { status: 'rolled_back', undoing: anUndoing({ holds: false }) },
      false,
    ],
    ['was cancelled', { status: 'cancelled', undoing: anUndoing({ holds: false, as: 'cancelled' }) }, false],
    [
      'was overtaken while its rollback was only asked for',
      { status: 'failed', reason: reason('rollout.overtaken', '-'), undoing: anUndoing() },
      false,
    ],
    ['was never undone', { status: 'failed', reason: reason('rollout.timeout', '-'), undoing: null }, false],
    ['was rolled back, nobody knows why', { status: 'rolled_back', undoing: null }, false],
    [
      'was rolled back, and upgraded by somebody else at once',
      { status: 'failed', reason: reason('rollout.overtaken', '-'), undoing: anUndoing({ accepted: true }) },
      true,
    ],
    ['has failed', { status: 'failed', reason: reason('rollout.timeout', '-') }, false],
    ['has failed without a reason', { status: 'failed', reason: null }, false],
    ['is finished', { status: 'finished' }, false],
    ['is still rolled back', { status: 'rolling_back' }, false],
  ])('what %s: %#', (_, moved, isHeld) => {
    expect(holdsAfter(before, { ...before, ...moved }, noonPlus(9))).toHaveLength(isHeld ? 1 : 0);
  });

  it.each([
    [':2.1.0', 1],
    [`@${DIGEST}`, 1],
    [`:latest@${DIGEST}`, 1],
    [':latest', 0],
    ['', 0],
    [':!!!', 0],
  ])('holds versions and digests, but no tag that moves: %j', (version, count) => {
    const moved = { ...before, status: 'rolled_back', to: WEB + version } as const;

    expect(holdsAfter(before, moved, noonPlus(9))).toHaveLength(count);
  });

  it('holds back what had failed before somebody else rolled it back', () => {
    const failed = anUpgrading({ status: 'failed', reason: reason('rollout.timeout', '-') });

    expect(holdsAfter(failed, { ...failed, reason: ELSEWHERE }, noonPlus(9))).toHaveLength(1);
  });

  it('holds once', () => {
    const after = { ...before, status: 'rolled_back' } as const;

    expect(holdsAfter(after, after, noonPlus(9))).toEqual([]);
  });
});

describe('liftedBy', () => {
  const before = aRollout({ status: 'finishing', to: `${WEB}:2.2.0` });
  const held = aHold({ image: `${WEB}:2.1.0` });
  const same = aHold({ image: `${WEB}:2.2.0` });
  const newer = aHold({ image: `${WEB}:2.3.0` });

  it.each<[string, Rollout['status'], readonly ReturnType<typeof aHold>[], boolean]>([
    ['a newer version than is held has been rolled out', 'finished', [held], true],
    ['nothing is held', 'finished', [], false],
    ['the very version that is held has been rolled out', 'finished', [same], true],
    ['a newer version than some that are held', 'finished', [held, newer], false],
    ['a digest is held, which nobody can compare', 'finished', [aHold({ image: `${WEB}@${DIGEST}` })], false],
    ['what is held does not compare', 'finished', [aHold({ image: `${WEB}:20260301` })], false],
    ['what is held cannot be read', 'finished', [aHold({ image: '!!!' })], false],
    ['the newer version has failed', 'failed', [held], false],
    ['the newer version is not finished yet', 'finishing', [held], false],
  ])('when %s: %#', (_, status, holds, isLifted) => {
    expect(liftedBy(before, { ...before, status }, holds)).toEqual(isLifted ? [before.service] : []);
  });

  it.each([
    ['nobody can read', '!!!'],
    ['has a tag that moves', `${WEB}:latest`],
  ])('lifts nothing for what %s', (_, to) => {
    expect(liftedBy(before, { ...before, status: 'finished', to }, [held])).toEqual([]);
  });

  it('lifts once', () => {
    const finished = { ...before, status: 'finished' } as const;

    expect(liftedBy(finished, finished, [held])).toEqual([]);
  });
});
