import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anAttempt } from '../../test/fakes/situations.js';
import { anUpgrade, aPlan, aRollout, NOON } from '../../test/fakes/records.js';
import { failure } from '../../test/fakes/scripted-backend.js';
import { aService } from '../../test/fakes/services.js';
import { UpgradeRig } from '../../test/fakes/upgrade-rig.js';
import type { AuditEntry } from '../domain/audit.js';
import type { Rollout } from '../domain/rollout.js';
import type { Service } from '../domain/service.js';
import { read } from './planning/planning-changes.js';
import { UpgradeCommands } from './upgrade.commands.js';

const BOB = { requestId: 'request-2', caller: { name: 'bob', address: '10.0.0.8' } };

const OURS = { phase: 'upgraded', state: 'upgraded', revision: 'ours' } as const;

describe(UpgradeCommands, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
  });

  afterEach(() => rig.close());

  /** A service of its own, and a rollout of it that Rancher is at work on. */
  function underWay(number: number, service: Partial<Service> = {}): Rollout {
    const ref = { backend: 'cattle', environment: '1a5', id: `1s${number}` };
    rig.backend.put(aService({ ref, name: `web-${number}`, ...OURS, ...service }));
    return aRollout({
      id: `r${number}`,
      name: `web-${number}`,
      service: ref,
      status: 'awaiting_confirmation',
      revision: 'ours',
      confirm: false,
      attempt: anAttempt({ open: false }),
      startedAt: NOON,
      timedFrom: NOON,
    });
  }

  async function statuses(): Promise<readonly string[]> {
    return (await rig.record()).rollouts.map(({ status }) => status);
  }

  it.each(['cancel', 'rollback'] as const)(
    '%s: one that cannot be done keeps no other from it',
    async (command) => {
      await rig.stored({ planAt: null }, [underWay(1), underWay(2)]);
      rig.backend.failures.set('look 1s1', failure('rancher.unreachable'));
      const commands = await rig.startCommands();

      await expect(commands.carryOut(command, 'u1', BOB)).rejects.toMatchObject({
        code: 'rancher.unreachable',
      });

      expect(await statuses()).toEqual(['awaiting_confirmation', 'rolling_back']);
    },
  );

  it('cancels what waits before it takes anything back', async () => {
    const queued = {
      ...underWay(2, { phase: 'changing' }),
      status: 'queued',
      attempt: null,
      revision: null,
    } as const;
    await rig.stored({ planAt: null }, [underWay(1), queued]);
    rig.backend.failures.set('look 1s1', failure('rancher.unreachable'));
    const commands = await rig.startCommands();

    await expect(commands.carryOut('cancel', 'u1', BOB)).rejects.toMatchObject({
      code: 'rancher.unreachable',
    });

    expect(await statuses()).toEqual(['awaiting_confirmation', 'cancelled']);
    expect((await rig.record()).upgrade.cancelledAt).toEqual(NOON);
  });

  it('plans and starts nothing more of what was cancelled', async () => {
    await rig.stored({ planAt: null }, [underWay(1)]);
    const record = await rig.stored({ id: 'u2', image: 'acme/other:2', repository: 'other' });
    rig.backend.gates.set('environments', new Promise(() => {}));
    const commands = await rig.startCommands();
    await commands.carryOut('cancel', 'u2', BOB);

    const planned = await rig.recorder.planned('u2', (stored) =>
      read(
        stored,
        aPlan({ upgradeId: 'u2' }),
        { rollouts: [aRollout({ id: 'r9', upgradeId: 'u2' })], skipped: [] },
        NOON,
      ),
    );

    expect(record.upgrade.status).toBe('running');
    expect(planned).toBeNull();
    expect(await rig.record('u2')).toMatchObject({ upgrade: { status: 'cancelled' }, rollouts: [] });
  });

  it('says what was asked for before it says what has become of the upgrade by that', async () => {
    await rig.stored({});
    rig.backend.gates.set('environments', new Promise(() => {}));
    const commands = await rig.startCommands();

    await commands.carryOut('cancel', 'u1', BOB);

    const image = 'registry.acme.io/shop/web:2.1.0';
    const said = rig.logged.map(({ message }) => message);
    expect(said.slice(-2)).toEqual([`cancel: ${image}`, `${image}: cancelled`]);
  });

  it('does not drop what may have started, and says so', async () => {
    await rig.stored({ planAt: null }, [
      { ...underWay(1), status: 'queued', revision: null, attempt: anAttempt({ open: true }) },
    ]);
    rig.backend.gates.set('look 1s1', new Promise(() => {}));
    const commands = await rig.startCommands();

    await expect(commands.carryOut('cancel', 'u1', BOB)).rejects.toMatchObject({ code: 'request.conflict' });

    expect(await statuses()).toEqual(['queued']);
  });

  it('confirms with what the containers show from then on', async () => {
    await rig.stored({ planAt: null }, [underWay(1)]);
    const commands = await rig.startCommands();

    const { isChanged } = await commands.carryOut('confirm', 'u1', BOB);
    await rig.clock.advance(4000);

    expect(isChanged).toBe(true);
    expect(await statuses()).toEqual(['finished']);
  });

  it('says that nothing was confirmed where a rollback came first', async () => {
    await rig.stored({ planAt: null }, [underWay(1)]);
    const commands = await rig.startCommands();

    const rollback = commands.carryOut('rollback', 'u1', BOB);
    const confirm = commands.carryOut('confirm', 'u1', BOB);

    await expect(confirm).rejects.toMatchObject({
      code: 'request.conflict',
      message: expect.stringContaining('There is nothing to confirm: web-1 is rolling_back'),
    });
    expect((await rollback).isChanged).toBe(true);
  });

  it('answers that it has done nothing where somebody else did it first', async () => {
    await rig.stored({ planAt: null }, [underWay(1)]);
    const commands = await rig.startCommands();

    const both = await Promise.all([1, 2].map(() => commands.carryOut('rollback', 'u1', BOB)));

    expect(both.map(({ isChanged }) => isChanged)).toEqual([true, false]);
  });

  it('has nothing to do twice', async () => {
    await rig.stored({ planAt: null }, [underWay(1)]);
    const commands = await rig.startCommands();
    await commands.carryOut('rollback', 'u1', BOB);

    expect((await commands.carryOut('rollback', 'u1', BOB)).isChanged).toBe(false);
    await expect(commands.carryOut('confirm', 'u1', BOB)).rejects.toMatchObject({ code: 'request.conflict' });
  });

  it.each([
    ['an upgrade', 'u7', undefined],
    ['a rollout', 'u1', 'r7'],
  ])('says that there is no such %s', async (_, upgrade, rollout) => {
    await rig.stored({ planAt: null }, [underWay(1)]);
    const commands = await rig.startCommands();

    await expect(commands.carryOut('confirm', upgrade, BOB, rollout)).rejects.toMatchObject({
      code: 'request.not_found',
    });
  });

  async function audited(): Promise<readonly AuditEntry[]> {
    return (await rig.store.audit({ limit: 10 })).data;
  }

  describe('keeps in the audit', () => {
    it('who decided what about the whole, once however many rollouts it has, and says so', async () => {
      await rig.stored({ planAt: null }, [underWay(1), underWay(2)]);
      const commands = await rig.startCommands();

      await commands.carryOut('rollback', 'u1', BOB);

      expect(await audited()).toMatchObject([
        {
          action: 'rollback',
          upgradeId: 'u1',
          image: anUpgrade().image,
          rolloutId: null,
          service: null,
          ...BOB,
        },
      ]);
      expect(rig.logged).toContainEqual(
        expect.objectContaining({
          message: `rollback: ${anUpgrade().image}`,
          upgrade: 'u1',
          request: 'request-2',
          caller: 'bob',
        }),
      );
      expect((await rig.record()).rollouts[0]?.reason?.message).toBe('bob asked for it');
    });

    it('about which rollout it was, and of which service', async () => {
      await rig.stored({ planAt: null }, [underWay(1), underWay(2)]);
      const commands = await rig.startCommands();

      await commands.carryOut('confirm', 'u1', BOB, 'r2');

      expect(await audited()).toMatchObject([
        { action: 'confirm', rolloutId: 'r2', service: { id: '1s2' }, environment: { id: '1a5' } },
      ]);
    });

    it('what was decided about a plan, in the change that carries it out', async () => {
      await rig.stored({ image: 'acme/other:2', repository: 'other' });
      rig.backend.gates.set('environments', new Promise(() => {}));
      const commands = await rig.startCommands();

      await commands.carryOut('cancel', 'u1', BOB);

      expect(await audited()).toMatchObject([{ action: 'cancel', upgradeId: 'u1', ...BOB }]);
      const written = rig.store.commits.filter(({ audit }) => audit !== undefined);
      expect(written).toMatchObject([{ upgrade: { cancelledAt: NOON } }]);
    });

    it('what was asked for before anything is done, though Rancher then lets nothing be done', async () => {
      await rig.stored({ planAt: null }, [underWay(1)]);
      rig.backend.failures.set('look 1s1', failure('rancher.unreachable'));
      const commands = await rig.startCommands();

      await expect(commands.carryOut('rollback', 'u1', BOB)).rejects.toThrow(Error);

      expect(await audited()).toMatchObject([{ action: 'rollback' }]);
    });

    it('nothing of what changes nothing', async () => {
      await rig.stored({ planAt: null }, [underWay(1)]);
      const commands = await rig.startCommands();
      await commands.carryOut('rollback', 'u1', BOB);
      await commands.carryOut('rollback', 'u1', BOB);
      await commands.carryOut('confirm', 'u1', BOB).catch(() => undefined);

      expect(await audited()).toHaveLength(1);
    });
  });
});
