import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { anOutage, aRollout, noonPlus } from '../../../test/fakes/records.js';
import { failure } from '../../../test/fakes/scripted-backend.js';
import { aContainer, anInspection, aService } from '../../../test/fakes/services.js';
import { anUndoing, anUpgrading } from '../../../test/fakes/situations.js';
import { UpgradeRig } from '../../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../../domain/rollout.js';
import { RolloutRunner } from './rollout.runner.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const LATEST = 'registry.acme.io/shop/web:latest';
const BACK = { onFailure: 'rollback' } as const;

describe(`${RolloutRunner.name}, where a failure is rolled back,`, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(aService());
    rig.backend.afterStart = 'upgrading';
  });

  afterEach(() => rig.close());

  it('rolls back what is not upgraded in time, verifies it, and holds the version back', async () => {
    await ran(BACK, 34);

    expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '30 rollback 1s7']);
    expect(rig.backend.get('1s7')).toMatchObject({ image: OLD, revision: 'before', phase: 'idle' });
    expect(await rig.rollout()).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.timeout', message: 'still upgrading after 30 s' },
      undoing: { at: noonPlus(30), accepted: true, holds: true, old: ['1s7/before'] },
      finishedAt: noonPlus(32),
    });
    expect(await rig.store.holds()).toMatchObject([
      {
        service: { id: '1s7' },
        image: 'registry.acme.io/shop/web:2.1.0',
        since: noonPlus(32),
        upgradeId: 'u1',
      },
    ]);
  });

  it('tells each step in the journal, and people once', async () => {
    await ran(BACK, 34);

    expect(await journal()).toEqual([
      'queued: starting',
      'upgrading: upgrading',
      'rolling_back: rolling back (rollout.timeout)',
      'rolled_back: rolled back (rollout.timeout)',
      'failed: 0 of 1 service done, 1 failed',
    ]);
    expect(rig.notices).toMatchObject([
      {
        status: 'failed',
        tone: 'danger',
        lines: [{ outcome: 'rolled back', reason: 'still upgrading after 30 s' }],
      },
    ]);
  });

  it('rolls back a container that crashes again and again, long before its time is over', async () => {
    const crashing = aContainer({ revision: 'ours-1', sound: false, starts: 4 });
    rig.backend.inspections.set('1s7', anInspection({ containers: [crashing] }));
    const { end } = await rig.begin({ ...BACK, timeout: 600 });
    await rig.clock.advance(10_000);
    rig.backend.inspections.clear();
    await rig.clock.advance(4000);
    await end;

    expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '10 rollback 1s7']);
    expect(await rig.rollout()).toMatchObject({
      status: 'rolled_back',
      reason: { code: 'rollout.crashing' },
    });
  });

  it('writes down what it is about to undo before it asks', async () => {
    rig.backend.gates.set('rollBack', rig.clock.sleep(60_000));
    const { end } = await rig.begin(BACK);
    await rig.clock.advance(31_000);
    const meanwhile = await rig.rollout();
    await rig.clock.advance(40_000);
    await end;

    expect(meanwhile).toMatchObject({
      status: 'rolling_back',
      undoing: { accepted: false, old: ['1s7/before'] },
    });
    expect(await rig.rollout()).toMatchObject({ status: 'rolled_back' });
  });

  it('recognises a rollback of which the reply was lost, and does not ask again', async () => {
    rig.backend.lostReplies.add('rollBack');

    await ran(BACK, 34);

    expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '30 rollback 1s7']);
    expect(await rig.rollout()).toMatchObject({ status: 'rolled_back', reason: { code: 'rollout.timeout' } });
    expect(await journal()).toContain(
      'rolling_back: the rollback was not confirmed by Rancher (rancher.error)',
    );
  });

  it('asks again for a rollback that did not happen', async () => {
    rig.backend.failures.set('rollBack', failure('rancher.conflict'));
    const { end } = await rig.begin(BACK);
    await rig.clock.advance(31_000);
    rig.backend.failures.clear();
    await rig.clock.advance(4000);
    await end;

    expect(rig.backend.acts.slice(1)).toEqual(['30 rollback 1s7', '32 rollback 1s7']);
    expect(await rig.rollout()).toMatchObject({ status: 'rolled_back', reason: { code: 'rollout.timeout' } });
  });

  it('gives up a rollback that Rancher never takes, after five minutes', async () => {
    rig.backend.failures.set('rollBack', failure('rancher.forbidden', 'Rancher forbids it'));

    await ran(BACK, 332);

    expect(await rig.rollout()).toMatchObject({
      status: 'rollback_failed',
      reason: {
        code: 'rollout.not_rolled_back',
        message: expect.stringMatching(/^still upgrading 300 s after/),
      },
      finishedAt: noonPlus(330),
    });
    expect(rig.notices).toMatchObject([{ tone: 'danger', lines: [{ outcome: 'rollback failed' }] }]);
  });

  it('does not believe a rollback that Rancher has taken and not done, and holds the version back', async () => {
    const { end } = await rig.begin(BACK);
    rig.backend.before.delete('1s7');
    await rig.clock.advance(34_000);
    await end;

    expect(await rig.rollout()).toMatchObject({
      status: 'rollback_failed',
      reason: { message: 'Rancher took the rollback and kept the new version' },
    });
    expect(await rig.store.holds()).toHaveLength(1);
  });

  it('does not take a fresh container behind a moving tag for what was there before', async () => {
    await ranTo(LATEST, [aContainer({ id: 'fresh', revision: 'before' })]);

    expect(await rig.rollout()).toMatchObject({
      status: 'rollback_failed',
      reason: {
        code: 'rollout.not_rolled_back',
        message: expect.stringContaining('whatever its tag names now'),
      },
    });
  });

  it('takes the very container from before for it', async () => {
    await ranTo(LATEST, [aContainer({ id: '1s7/before', revision: 'before' })]);

    expect(await rig.rollout()).toMatchObject({ status: 'rolled_back' });
    expect(await rig.store.holds()).toEqual([]);
  });

  it('does not undo what somebody else has finished meanwhile', async () => {
    const { end } = await rig.begin(BACK);
    await rig.clock.advance(29_000);
    rig.backend.set('1s7', { phase: 'idle' });
    await rig.clock.advance(5000);
    await end;

    expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0']);
    expect(await rig.rollout()).toMatchObject({ status: 'finished' });
  });

  it('waits where it cannot look at what is to come back', async () => {
    rig.backend.failures.set('inspect', failure('rancher.unreachable'));
    await rig.stored({ planAt: null }, [aRollout(BACK)]);
    await rig.startEngine();
    await rig.clock.advance(40_000);
    const before = [...rig.backend.acts];
    rig.backend.failures.clear();
    await rig.clock.advance(60_000);

    expect(before).toEqual(['0 start 1s7 2.1.0']);
    expect(rig.backend.acts).toHaveLength(2);
    expect(await rig.rollout()).toMatchObject({ status: 'rolled_back' });
  });

  it('forgets an outage that is over, though a rollback that was taken has still to be asked for again', async () => {
    const outage = anOutage({ since: noonPlus(-100) });
    const undoing = anUndoing({ accepted: true });
    rig.backend.set('1s7', { phase: 'upgraded', revision: 'ours' });
    rig.backend.afterRollback = 'upgraded';
    await rig.stored({ planAt: null }, [anUpgrading({ status: 'rolling_back', undoing, outage })]);

    await rig.startEngine();
    const first = await rig.rollout();
    await rig.clock.advance(10_000);

    expect(first).toMatchObject({ outage: null });
    expect(await rig.rollout()).toMatchObject({ status: 'rolling_back', unseenMs: first.unseenMs });
  });

  it('goes on with a rollback that a crash has cut off', async () => {
    const { end } = await rig.begin(BACK);
    rig.backend.failures.set('rollBack', failure('rancher.unreachable'));
    rig.store.refuses = ({ rollouts }) =>
      rollouts?.[0]?.status === 'rolling_back' && rollouts[0].reason?.code === 'rancher.unreachable'
        ? failure('store.unavailable')
        : null;
    await Promise.all([
      expect(end).rejects.toMatchObject({ code: 'store.unavailable' }),
      rig.clock.advance(30_000),
    ]);
    rig.store.refuses = () => null;
    rig.backend.failures.clear();

    await rig.startEngine();
    await rig.clock.advance(4000);

    expect(await rig.rollout()).toMatchObject({ status: 'rolled_back', undoing: { old: ['1s7/before'] } });
  });

  async function ran(overrides: Partial<Rollout>, seconds: number): Promise<void> {
    const { end } = await rig.begin(overrides);
    await rig.clock.advance(seconds * 1000);
    await end;
  }

  /** A rollout from a tag to itself, after whose rollback these containers run. */
  async function ranTo(image: string, containers: readonly ReturnType<typeof aContainer>[]): Promise<void> {
    rig.backend.put(aService({ image }));
    const { end } = await rig.begin({ ...BACK, from: image, to: image });
    await rig.clock.advance(30_000);
    rig.backend.inspections.set('1s7', anInspection({ containers }));
    await rig.clock.advance(4000);
    await end;
  }

  /** "status: message (reason)" of each entry. */
  async function journal(): Promise<readonly string[]> {
    const entries = await rig.store.journal({ after: 0, limit: 100 });
    return entries.map(
      ({ status, message, reason }) => `${status}: ${message}${reason ? ` (${reason.code})` : ''}`,
    );
  }
});
