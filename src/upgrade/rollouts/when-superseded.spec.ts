import { describe, expect, it } from '@jest/globals';
import { aRollout } from '../../../test/fakes/records.js';
import { anAttempt } from '../../../test/fakes/situations.js';
import { reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import { whenSuperseded } from './when-superseded.js';

const WEB = 'registry.acme.io/shop/web';

describe('whenSuperseded', () => {
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

    expect(whenSuperseded(older, [older, newer]) !== null).toBe(isSuperseded);
  });

  it('says by what, and which upgrade took its place', () => {
    const older = aRollout();
    const newer = aRollout({ id: 'r2', upgradeId: 'u2', to: `${WEB}:2.2.0` });

    expect(whenSuperseded(older, [older, newer])).toEqual({
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
      const move = whenSuperseded(rollout, waiting);
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

    expect(whenSuperseded(one, inOrder)).toBeNull();
  });

  it('never befalls what may have been started: nobody would carry that to its end', () => {
    const older = aRollout({ attempt: anAttempt() });
    const newer = aRollout({ id: 'r2', to: `${WEB}:2.2.0` });

    expect(whenSuperseded(older, [older, newer])).toBeNull();
    expect(whenSuperseded({ ...older, attempt: anAttempt({ open: false }) }, [older, newer])).not.toBeNull();
    const restoring = anAttempt({ open: false, restoring: true });
    expect(whenSuperseded({ ...older, attempt: restoring }, [older, newer])).toBeNull();
  });
});
