import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aRollout, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aService } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../../domain/rollout.js';
import { WatchedServices } from './watched-services.js';

const { ref } = aService();

describe(WatchedServices, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(aService());
  });

  afterEach(() => rig.close());

  it('finds at once that somebody has finished what awaited confirmation', async () => {
    await taken({ confirm: false });
    await rig.clock.advance(7000);
    rig.backend.set(ref.id, { phase: 'idle' });

    rig.backend.changed$.next(ref);
    await rig.clock.advance(1);

    expect(await rig.rollout()).toMatchObject({
      status: 'finished',
      reason: { code: 'rollout.finished_elsewhere' },
    });
  });

  it('starts at once on a service that is free again', async () => {
    rig.backend.set(ref.id, { phase: 'changing', state: 'restarting' });
    await taken({});
    await rig.clock.advance(1000);
    rig.backend.set(ref.id, { phase: 'idle', state: 'active' });

    rig.backend.changed$.next(ref);
    await rig.clock.advance(1);

    expect(rig.backend.acts[0]).toBe('1 start 1s7 2.1.0');
  });

  it('looks again where that was heard while what was seen before was written down', async () => {
    rig.backend.set(ref.id, { phase: 'changing', state: 'restarting' });
    await taken({});
    await rig.clock.advance(1000);
    rig.store.refuses = () => {
      rig.store.refuses = () => null;
      rig.backend.set(ref.id, { phase: 'idle', state: 'active' });
      rig.backend.changed$.next(ref);
      return null;
    };

    await rig.clock.advance(5000);

    expect(rig.backend.acts[0]).toBe('5 start 1s7 2.1.0');
  });

  it('does nothing about another service', async () => {
    await taken({ confirm: false });
    await rig.clock.advance(7000);
    const before = rig.store.commits.length;

    rig.backend.changed$.next({ ...ref, id: '1s8' });
    await rig.clock.advance(1);

    expect(rig.store.commits).toHaveLength(before);
    expect(await rig.rollout()).toMatchObject({ dueAt: noonPlus(30) });
  });

  it('leaves it to its time where that cannot be written', async () => {
    await taken({ confirm: false });
    await rig.clock.advance(7000);
    rig.backend.set(ref.id, { phase: 'idle' });
    rig.store.refuses = () => failure('store.unavailable');
    rig.backend.changed$.next(ref);
    await rig.clock.advance(1);
    const meanwhile = await rig.rollout();
    rig.store.refuses = () => null;

    await rig.clock.advance(30_000);

    expect(meanwhile.status).toBe('awaiting_confirmation');
    expect((await rig.rollout()).status).toBe('finished');
  });

  async function taken(overrides: Partial<Rollout>): Promise<void> {
    await rig.stored({ planAt: null }, [aRollout(overrides)]);
    await rig.startEngine();
  }
});
