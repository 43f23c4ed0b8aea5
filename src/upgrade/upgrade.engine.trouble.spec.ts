import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { idle } from '../../test/fakes/hand-clock.js';
import { aPlan, aRollout, NOON, noonPlus } from '../../test/fakes/records.js';
import { failure } from '../../test/fakes/scripted-backend.js';
import { aService } from '../../test/fakes/services.js';
import { UpgradeRig } from '../../test/fakes/upgrade-rig.js';
import type { Rollout } from '../domain/rollout.js';
import type { Service } from '../domain/service.js';
import { UpgradeEngine } from './upgrade.engine.js';

const OLD = 'registry.acme.io/shop/web:2.0.4';
const NEW = 'registry.acme.io/shop/web:2.1.0';
const TROUBLES = new Set(['work failed', 'planning failed', 'the store cannot be asked what is due']);
const SINCE = { startedAt: NOON, timedFrom: NOON };
const ATTEMPT = {
  at: NOON,
  revision: 'before',
  image: OLD,
  count: 1,
  open: true,
  last: null,
  restoring: false,
};

describe(`${UpgradeEngine.name}, in trouble,`, () => {
  let rig: UpgradeRig;

  beforeEach(() => {
    rig = new UpgradeRig();
    rig.backend.put(service('1s7'));
  });

  afterEach(() => rig.close());

  describe('after a crash', () => {
    it.each<[string, Partial<Rollout>, Partial<Service>, readonly string[]]>([
      ['before anything was asked', {}, {}, ['40 start 1s7 2.1.0', '40 finish 1s7']],
      ['in a start that did not happen', { attempt: ATTEMPT }, {}, ['40 start 1s7 2.1.0', '40 finish 1s7']],
      [
        'in a start that did happen',
        { attempt: ATTEMPT },
        { phase: 'upgraded', revision: 'ours', image: NEW },
        ['40 finish 1s7'],
      ],
      [
        'while the service was upgraded',
        { status: 'upgrading', revision: 'ours', ...SINCE },
        { phase: 'upgraded', revision: 'ours', image: NEW },
        ['40 finish 1s7'],
      ],
      [
        'in a finish that did not happen',
        { status: 'finishing', revision: 'ours', ...SINCE },
        { phase: 'upgraded', revision: 'ours', image: NEW },
        ['40 finish 1s7'],
      ],
      [
        'in a finish that did happen',
        { status: 'finishing', revision: 'ours', ...SINCE },
        { phase: 'idle', revision: 'ours', image: NEW },
        [],
      ],
    ])('%s, goes on with what is still to be done', async (_, rollout, changes, acts) => {
      await rig.stored({ planAt: null }, [aRollout(rollout)]);
      rig.backend.set('1s7', changes);
      await rig.clock.advance(40_000);

      await rig.startEngine();
      await rig.clock.advance(5000);

      expect(rig.backend.acts).toEqual(acts);
      expect((await rig.record()).upgrade.status).toBe('succeeded');
      expect(rig.notices).toHaveLength(1);
    });

    it('plans what was not planned', async () => {
      await rig.stored({}, [], [aPlan({ status: 'pending' })]);

      await rig.startEngine();
      await rig.clock.advance(5000);

      expect((await rig.record()).upgrade.status).toBe('succeeded');
    });

    it('watches all that is under way, even if it is more than may begin at once', async () => {
      rig.settings.AUTOUPDATE_MAX_PARALLEL = 1;
      const ids = ['1s1', '1s2', '1s3'];
      rig.backend.put(...ids.map((id) => service(id, { phase: 'upgraded', revision: 'ours', image: NEW })));
      const under = { status: 'upgrading', revision: 'ours', ...SINCE } as const;
      await rig.stored({ planAt: null }, [
        ...ids.map((id) => aRollout({ ...under, id, service: service(id).ref })),
        aRollout(),
      ]);

      await rig.startEngine();
      const atFirst = [...rig.backend.acts];
      await rig.clock.advance(5000);

      expect(atFirst).toEqual(ids.map((id) => `0 finish ${id}`));
      expect(rig.backend.acts).toHaveLength(5);
    });
  });

  describe('when it stops', () => {
    it('leaves an upgrade under way to its successor, at once', async () => {
      rig.backend.afterStart = 'upgrading';
      const engine = await rig.startEngine();
      await rig.stored({});
      await rig.clock.advance(5000);

      await engine.beforeApplicationShutdown();
      rig.backend.finishUpgrading();
      await rig.startEngine();
      await rig.clock.advance(5000);

      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '5 finish 1s7']);
      expect((await rig.record()).upgrade.status).toBe('succeeded');
    });

    it('waits for an answer under way, and writes it down', async () => {
      rig.backend.gates.set('start', rig.clock.sleep(9000));
      const { rollout, over } = await stoppedInAStart();
      await rig.clock.advance(9000);

      expect(over()).toBe(true);
      expect(await rollout()).toMatchObject({ status: 'upgrading', revision: 'ours-1' });
    });

    it('waits no longer than ten seconds; its successor finds out what came of it', async () => {
      rig.backend.gates.set('start', new Promise(() => undefined));
      const { rollout, over } = await stoppedInAStart();
      await rig.clock.advance(10_000);
      expect([over(), (await rollout()).attempt?.open]).toEqual([true, true]);

      rig.backend.set('1s7', { phase: 'upgraded', revision: 'ours', image: NEW });
      await rig.startEngine();
      await rig.clock.advance(5000);

      expect(await rollout()).toMatchObject({ status: 'finished', revision: 'ours' });
      expect(rig.backend.acts).toEqual(['0 start 1s7 2.1.0', '10 finish 1s7']);
    });

    it('begins nothing of what it was just told is due', async () => {
      const gate = rig.clock.sleep(1000);
      rig.store.readGate = gate;
      const engine = await rig.startEngine();
      await rig.stored({});

      const stopped = engine.beforeApplicationShutdown();
      await rig.clock.advance(1000);
      await stopped;
      await idle();

      expect((await rig.record()).plans).toEqual([]);
    });
  });

  describe('with its store', () => {
    it('asks again every five seconds what is due, and says once why and once that it is over', async () => {
      await rig.stored({});
      rig.store.readFault = failure('store.unavailable', 'the disk is gone');
      await rig.startEngine();
      await rig.clock.advance(59_000);
      rig.store.readFault = null;
      const before = (await rig.record()).plans;
      await rig.clock.advance(1000);

      expect(before).toEqual([]);
      expect((await rig.record()).rollouts).toHaveLength(1);
      expect(errors()).toMatchObject([{ code: 'store.unavailable', reason: 'the disk is gone' }]);
      expect(rig.logged).toContainEqual(
        expect.objectContaining({ level: 'info', message: 'over: the store cannot be asked what is due' }),
      );
    });

    it.each<[string, (rollout: Rollout) => boolean]>([
      ['what it is about to start', ({ attempt }) => attempt !== null],
      ['what it has started', ({ status }) => status === 'upgrading'],
      ['what it is about to finish', ({ status }) => status === 'finishing'],
      ['what it has finished', ({ status }) => status === 'finished'],
    ])('does nothing twice where that cannot take %s', async (_, isRefused) => {
      await rig.startEngine();
      rig.store.refuses = ({ rollouts }) =>
        rollouts?.some(isRefused) ? failure('store.unavailable', 'the disk is full') : null;
      await rig.stored({});
      await rig.clock.advance(30_000);
      const before = (await rig.record()).upgrade.status;

      rig.store.refuses = () => null;
      await rig.clock.advance(60_000);

      expect(before).toBe('running');
      expect((await rig.record()).upgrade.status).toBe('succeeded');
      expect(rig.backend.acts.map((act) => act.replace(/^\d+ /, ''))).toEqual([
        'start 1s7 2.1.0',
        'finish 1s7',
      ]);
      expect(rig.notices).toHaveLength(1);
    });

    it('does not take up what has ended while it was told that it is under way', async () => {
      rig.backend.afterStart = 'upgrading';
      await rig.startEngine();
      await rig.stored({});
      await rig.clock.advance(1000);
      rig.store.readGate = rig.clock.sleep(60_000);
      await rig.stored({ id: 'u2', planAt: null });

      rig.backend.finishUpgrading();
      await rig.clock.advance(120_000);

      expect((await rig.record()).upgrade).toMatchObject({ status: 'succeeded' });
      expect(errors()).toEqual([]);
    });
  });

  it.each(['look', 'start', 'finish'])(
    'fails one rollout where %s has a bug, and says so once',
    async (question) => {
      rig.backend.put(service('1s8'));
      rig.backend.failures.set(`${question} 1s8`, new TypeError('a bug'));
      await rig.startEngine();
      await rig.stored({});
      await rig.clock.advance(120_000);

      const { upgrade, rollouts } = await rig.record();
      expect(upgrade.status).toBe('partly_failed');
      expect(rollouts).toMatchObject([
        { status: 'finished' },
        { status: 'failed', reason: { code: 'internal.error' } },
      ]);
      expect(errors()).toMatchObject([
        { code: 'internal.error', error: expect.stringContaining('.spec'), rollout: rollouts[1]?.id },
      ]);
    },
  );

  it('ends planning that has a bug, and says so once', async () => {
    rig.backend.failures.set('candidates', new TypeError('a bug'));
    await rig.startEngine();
    await rig.stored({});
    await rig.clock.advance(120_000);

    expect((await rig.record()).upgrade).toMatchObject({ status: 'failed', finishedAt: noonPlus(0) });
    expect(errors()).toMatchObject([{ code: 'internal.error', upgrade: 'u1' }]);
    expect(rig.notices).toHaveLength(1);
  });

  async function stoppedInAStart() {
    const engine = await rig.startEngine();
    await rig.stored({});
    await idle();
    let isOver = false;
    void engine.beforeApplicationShutdown().then(() => (isOver = true));
    return { rollout: only, over: () => isOver };
  }

  async function only(): Promise<Rollout> {
    const [rollout] = (await rig.record()).rollouts;
    if (rollout) return rollout;
    throw new Error('there is no rollout');
  }

  function errors(): readonly object[] {
    return rig.logged.filter(({ level, message }) => level === 'error' && TROUBLES.has(String(message)));
  }
});

function service(id: string, overrides: Partial<Service> = {}): Service {
  return aService({ ref: { backend: 'cattle', environment: '1a5', id }, name: id, ...overrides });
}
