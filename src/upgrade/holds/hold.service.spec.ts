import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { aHold } from '../../../test/fakes/kept.js';
import { aRollout } from '../../../test/fakes/records.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import { HoldService } from './hold.service.js';

const BOB = { requestId: 'request-2', caller: { name: 'bob', address: '10.0.0.7' } };

describe(HoldService.name, () => {
  let rig: UpgradeRig;
  let holds: HoldService;

  beforeEach(async () => {
    rig = new UpgradeRig();
    holds = new HoldService(rig.store, rig.rancher, rig.clock, rig.log);
    await rig.stored({}, [aRollout()]);
  });

  afterEach(() => rig.close());

  it('lifts what is held back from a service, and says of which by its names', async () => {
    await rig.store.commit({ holds: [aHold()] });

    await holds.lift('1a5', '1s7', BOB);

    expect(await holds.all()).toEqual([]);
    expect(rig.logged).toMatchObject([
      {
        message: `web: ${aHold().image} is no longer held back`,
        service: 'shop/web',
        environment: 'production',
        environment_id: '1a5',
        request: 'request-2',
        caller: 'bob',
      },
    ]);
  });

  it('keeps who lifted what from which service', async () => {
    await rig.store.commit({ holds: [aHold(), aHold({ image: 'shop/web:2.2.0', upgradeId: 'u7' })] });

    await holds.lift('1a5', '1s7', BOB);

    const { data } = await rig.store.audit({ limit: 10 });
    expect(data).toMatchObject([
      { action: 'lift_hold', image: 'shop/web:2.2.0', upgradeId: 'u7', ...BOB },
      {
        action: 'lift_hold',
        image: aHold().image,
        upgradeId: aHold().upgradeId,
        rolloutId: null,
        environment: { id: '1a5', name: 'production' },
        service: { id: '1s7', name: 'web' },
        ...BOB,
      },
    ]);
  });

  it('lifts nothing that is held back meanwhile, of which nothing would be kept', async () => {
    await rig.store.commit({ holds: [aHold()] });
    const newer = aHold({ image: 'shop/web:2.2.0' });
    const stored = rig.store.holds.bind(rig.store);
    rig.store.holds = async (service) => {
      const found = await stored(service);
      await rig.store.commit({ holds: [newer] });
      return found;
    };

    await holds.lift('1a5', '1s7', BOB);

    expect(await stored()).toEqual([newer]);
    expect((await rig.store.audit({ limit: 10 })).data).toMatchObject([{ image: aHold().image }]);
  });

  it('refuses to lift what is not held back, and says nothing of it', async () => {
    await expect(holds.lift('1a5', '1s7', BOB)).rejects.toMatchObject({ code: 'request.not_found' });

    expect(rig.logged).toEqual([]);
    expect(await rig.store.audit({ limit: 10 })).toEqual({ data: [], next: null });
  });

  it('asks nothing of what Rancher does not take for ids', async () => {
    rig.backend.badIds.set('web', 'service must be an id');
    const refusal = { code: 'request.invalid', message: 'service must be an id' };

    await expect(holds.lift('1a5', 'web', BOB)).rejects.toMatchObject(refusal);
    await expect(holds.history('1a5', 'web', 20)).rejects.toMatchObject(refusal);
  });
});
