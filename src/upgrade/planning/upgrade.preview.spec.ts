import { EventEmitter, once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { idle } from '../../../test/fakes/hand-clock.js';
import { anUpgrade } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aService } from '../../../test/fakes/services.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { UpgradePreview } from './upgrade.preview.js';

const NEVER = new AbortController().signal;

describe(UpgradePreview.name, () => {
  let rig: UpgradeRig;
  let preview: UpgradePreview;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.known = [
      { id: '1a5', name: 'production' },
      { id: '1a6', name: 'staging' },
    ];
    rig.backend.put(aService());
    preview = new UpgradePreview(rig.planner, rig.clock);
  });

  afterEach(() => rig.close());

  it('tells the plan of every environment, and changes nothing', async () => {
    const record = await preview.of(anUpgrade(), NEVER);

    expect(record).toMatchObject({
      upgrade: anUpgrade(),
      plans: [
        { environment: { name: 'production' }, status: 'planned', skipped: [] },
        { environment: { name: 'staging' }, status: 'planned', skipped: [] },
      ],
      rollouts: [{ name: 'web', to: 'registry.acme.io/shop/web:2.1.0' }],
    });
    expect(rig.backend.acts).toEqual([]);
    expect(rig.store.commits).toEqual([]);
  });

  it('lets no environment that cannot be read hide the others', async () => {
    rig.backend.failures.set('candidates 1a6', failure('rancher.forbidden', 'Rancher forbids it'));

    const { plans, rollouts } = await preview.of(anUpgrade(), NEVER);

    expect(plans).toMatchObject([
      { status: 'planned', outage: null },
      { status: 'failed', outage: { reason: { code: 'rancher.forbidden', message: 'Rancher forbids it' } } },
    ]);
    expect(rollouts).toHaveLength(1);
  });

  it.each(['environments', 'candidates'] as const)('fails where no %s can be had', async (question) => {
    rig.backend.failures.set(question, failure('rancher.unreachable'));

    await expect(preview.of(anUpgrade(), NEVER)).rejects.toMatchObject({ code: 'rancher.unreachable' });
  });

  it('fails with the store, and does not take that for an environment that cannot be read', async () => {
    const holds = rig.store.holds.bind(rig.store);
    let asked = 0;
    rig.store.holds = () => {
      asked += 1;
      return asked === 1 ? Promise.reject(failure('store.unavailable')) : holds();
    };

    await expect(preview.of(anUpgrade(), NEVER)).rejects.toMatchObject({ code: 'store.unavailable' });
  });

  it('is made beside three others, and waits for any of them to end', async () => {
    const asked = observed();
    const gate = new EventEmitter();
    const firstFour = ['1', '2', '3', '4'].map((name) => {
      rig.backend.gates.set('environments', once(gate, name));
      return preview.of(anUpgrade(), NEVER);
    });
    rig.backend.gates.clear();
    const fifth = preview.of(anUpgrade(), NEVER);
    await idle();
    const meanwhile = asked.times;
    gate.emit('3');

    expect(meanwhile).toBe(4);
    expect((await fifth).plans).toHaveLength(2);
    for (const name of ['1', '2', '4']) gate.emit(name);
    await Promise.all(firstFour);
  });

  it('says that no environment is selected', async () => {
    rig.backend.known = [];

    expect(await preview.of(anUpgrade(), NEVER)).toMatchObject({
      upgrade: { failures: 1, outage: { reason: { code: 'environment.none_selected' } } },
      plans: [],
      rollouts: [],
    });
  });

  it('does not hide a bug', async () => {
    rig.backend.failures.set('candidates 1a6', new TypeError('a bug'));

    await expect(preview.of(anUpgrade(), NEVER)).rejects.toThrow('a bug');
  });

  /** Counts how often Rancher is asked for its environments. */
  function observed(): { readonly times: number } {
    const counter = { times: 0 };
    const environments = rig.backend.environments.bind(rig.backend);
    rig.backend.environments = () => {
      counter.times += 1;
      return environments();
    };
    return counter;
  }
});
