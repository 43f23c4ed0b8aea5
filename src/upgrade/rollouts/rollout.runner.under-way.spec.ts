import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aRollout, NOON } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { RolloutRunner } from './rollout.runner.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const NEW = 'registry.acme.io/shop/web:2.1.0';
const MINUTE = 60_000;

describe(`${RolloutRunner.name}, of a rollout under way,`, () => {
  const upgrading = {
    status: 'upgrading',
    revision: 'ours',
    startedAt: NOON,
    timedFrom: NOON,
    timeout: 60,
  } as const;
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(aService({ phase: 'upgrading', state: 'upgrading', revision: 'ours', image: NEW }));
  });

  afterEach(() => rig.close());

  it('fails at the deadline, with the last words of Rancher', async () => {
    becomes({ detail: 'image cannot be pulled' });
    const { end } = await rig.begin(upgrading);

    await rig.clock.advance(MINUTE);
    await end;

    expect(await rig.rollout()).toMatchObject({
      status: 'failed',
      reason: {
        code: 'rollout.timeout',
        message: 'still upgrading after 60 s; Rancher says: image cannot be pulled',
      },
    });
  });

  it('does not count the time in which Rancher cannot be seen', async () => {
    await taken(upgrading);
    await rig.clock.advance(29_000);
    rig.backend.failures.set('look', failure('rancher.unreachable'));
    await rig.clock.advance(10 * MINUTE);
    const unseen = await rig.rollout();
    rig.backend.failures.clear();
    await rig.clock.advance(27_000);
    const seen = await rig.rollout();
    becomes({ phase: 'upgraded' });
    await rig.clock.advance(4000);

    expect(unseen).toMatchObject({ status: 'upgrading', reason: { code: 'rancher.unreachable' } });
    expect(seen).toMatchObject({ status: 'upgrading', reason: null, unseenMs: 602_000 });
    expect(await rig.rollout()).toMatchObject({ status: 'finished' });
  });

  it('ends as failed at once because of a bug, whatever time and patience are left', async () => {
    const { end } = await rig.begin(upgrading);
    const ended = end.catch((thrown: unknown) => thrown);
    rig.backend.failures.set('look', new TypeError('a bug'));

    await rig.clock.advance(2000);

    expect(await ended).toEqual(new TypeError('a bug'));
    expect(await rig.rollout()).toMatchObject({ status: 'failed', reason: { code: 'internal.error' } });
  });

  it('is given up when neither its time nor patience is left', async () => {
    rig.backend.failures.set('look', failure('rancher.unreachable'));
    await taken(upgrading);

    await rig.clock.advance(60 * MINUTE + 59_000);
    const before = await rig.rollout();
    await rig.clock.advance(4000);

    expect(before.status).toBe('upgrading');
    expect(await rig.rollout()).toMatchObject({
      status: 'failed',
      reason: { code: 'rancher.unreachable' },
    });
  });

  it('waits for health before it finishes', async () => {
    becomes({ phase: 'upgraded' });
    const sick = aContainer({ revision: 'ours', sound: false });
    rig.backend.inspections.set('1s7', anInspection({ containers: [sick] }));
    const { end } = await rig.begin(upgrading);
    await rig.clock.advance(10_000);
    const acts = [...rig.backend.acts];
    rig.backend.inspections.clear();
    await rig.clock.advance(4000);
    await end;

    expect(acts).toEqual([]);
    expect(rig.backend.acts).toEqual(['12 finish 1s7']);
  });

  it('recognises a finish of which the reply was lost, and does not ask again', async () => {
    becomes({ phase: 'upgraded' });
    rig.backend.lostReplies.add('finish');

    const { end } = await rig.begin(upgrading);
    await rig.clock.advance(2000);
    await end;

    expect(rig.backend.acts).toEqual(['0 finish 1s7']);
    expect(await rig.rollout()).toMatchObject({ status: 'finished', reason: null });
  });

  it('asks again for a finish that did not happen', async () => {
    becomes({ phase: 'upgraded' });
    rig.backend.failures.set('finish', failure('rancher.conflict'));

    const { end } = await rig.begin(upgrading);
    await rig.clock.advance(2000);
    rig.backend.failures.clear();
    await rig.clock.advance(4000);
    await end;

    expect(rig.backend.acts).toEqual(['0 finish 1s7', '2 finish 1s7', '4 finish 1s7']);
    expect(await rig.rollout()).toMatchObject({ status: 'finished', reason: null });
  });

  it('fails when Rancher never takes the finish', async () => {
    becomes({ phase: 'upgraded' });
    rig.backend.failures.set('finish', failure('rancher.forbidden', 'Rancher forbids it'));

    const { end } = await rig.begin(upgrading);
    await rig.clock.advance(360_000);
    await end;

    expect(await rig.rollout()).toMatchObject({
      status: 'failed',
      reason: { message: 'upgraded, but Rancher does not finish it: Rancher forbids it' },
    });
  });

  it.each<[string, Partial<Service>, string]>([
    ['finished it', { phase: 'idle' }, 'finished rollout.finished_elsewhere'],
    ['rolled it back', { phase: 'idle', revision: 'before' }, 'failed rollout.rolled_back_elsewhere'],
    ['upgraded it again', { phase: 'upgrading', revision: 'theirs' }, 'failed rollout.overtaken'],
    ['cancelled it', { phase: 'cancelled' }, 'failed rollout.cancelled_elsewhere'],
    ['removed it', { phase: 'gone' }, 'failed service.removed'],
  ])('ends when somebody else has %s', async (_, changes, expected) => {
    const attempt = {
      at: NOON,
      revision: 'before',
      image: OLD,
      count: 1,
      open: false,
      last: null,
      restoring: false,
    };
    becomes(changes);

    await rig.ran({ ...upgrading, attempt });

    const { status, reason: why } = await rig.rollout();
    expect(`${status} ${why?.code}`).toBe(expected);
    expect(rig.backend.acts).toEqual([]);
  });

  it('can be left at any time', async () => {
    const stop = new AbortController();
    const { end } = await rig.begin(upgrading, stop.signal);

    stop.abort();
    await end;

    expect(await rig.rollout()).toMatchObject({ status: 'upgrading' });
    expect(rig.clock.asleep).toBe(0);
  });

  /** Stores a rollout that an engine then looks at whenever it is due. */
  async function taken(overrides: Partial<Rollout>): Promise<void> {
    await rig.stored({ planAt: null }, [aRollout(overrides)]);
    await rig.startEngine();
  }

  function becomes(changes: Partial<Service>): void {
    rig.backend.set('1s7', changes);
  }
});
