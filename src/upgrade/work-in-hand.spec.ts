import { beforeEach, describe, expect, it } from '@jest/globals';
import { HandClock, idle } from '../../test/fakes/hand-clock.js';
import { UpdaterError } from '../common/errors.js';
import { createLog } from '../common/log.js';
import { UpgradeSettings } from './upgrade.settings.js';
import { WorkInHand } from './work-in-hand.js';

describe(WorkInHand.name, () => {
  let clock: HandClock;
  let logged: Record<string, unknown>[];
  let settings: UpgradeSettings;
  let inHand: WorkInHand;
  let ended: string[];

  beforeEach(() => {
    clock = new HandClock();
    logged = [];
    ended = [];
    settings = new UpgradeSettings();
    const destination = { write: (line: string) => logged.push(JSON.parse(line)) };
    inHand = new WorkInHand(
      settings,
      clock,
      createLog({ level: 'debug', format: 'json', secrets: [], destination }),
    );
  });

  it('has what was begun in hand until it ends', async () => {
    begin('r1', () => clock.sleep(1000));
    const before = [...inHand.ids];

    await clock.advance(1000);

    expect([before, [...inHand.ids], ended]).toEqual([['r1'], [], ['r1']]);
  });

  it('tells when something is no longer in hand', async () => {
    begin('r1', () => clock.sleep(1000));
    let hasEnded = false;
    void inHand.ended('r1').then(() => (hasEnded = true));
    await clock.advance(999);
    const before = hasEnded;

    await clock.advance(1);
    await inHand.ended('r2');

    expect([before, hasEnded]).toEqual([false, true]);
  });

  it('begins nothing that is in hand already', () => {
    let times = 0;
    const work = () => {
      times += 1;
      return clock.sleep(1000);
    };

    begin('r1', work);
    begin('r1', work);

    expect(times).toBe(1);
  });

  it('has room for as many of each kind as the settings and it itself allow', () => {
    settings.AUTOUPDATE_MAX_PARALLEL = 2;
    const before = [inHand.roomFor('service'), inHand.roomFor('planning'), inHand.roomFor('watching')];

    for (const id of ['r1', 'r2', 'r3']) begin(id, () => clock.sleep(1000));

    expect(before).toEqual([2, 4, 4]);
    expect([inHand.roomFor('service'), inHand.roomFor('planning')]).toEqual([0, 4]);
  });

  it('gives what somebody asks for no place of anything else', async () => {
    for (const id of ['r1', 'r2', 'r3', 'r4']) {
      void inHand.instead(
        id,
        () => clock.sleep(1000),
        () => ended.push(id),
      );
    }
    const room = [inHand.roomFor('service'), inHand.roomFor('planning'), inHand.roomFor('watching')];
    const { isCrowded } = inHand;
    await clock.advance(1000);

    expect([room, isCrowded]).toEqual([[10, 4, 4], false]);
    expect(ended).toEqual(['r1', 'r2', 'r3', 'r4']);
  });

  it('lets what has failed rest, and says why', async () => {
    begin('r1', () => Promise.reject(new UpdaterError('store.unavailable', 'the disk is full')));
    await clock.advance(4999);
    const before = [...inHand.ids];

    await clock.advance(1);

    expect([before, ended]).toEqual([['r1'], ['r1']]);
    expect(logged).toMatchObject([
      { level: 'error', code: 'store.unavailable', reason: 'the disk is full', rollout: 'r1' },
    ]);
  });

  it('takes what was overtaken for no failure: it is over soon, and said for debugging only', async () => {
    const reason = 'r1 has changed meanwhile';
    begin('r1', () => Promise.reject(new UpdaterError('store.conflict', reason)));
    await clock.advance(99);
    const before = [...inHand.ids];

    await clock.advance(1);

    expect([before, ended]).toEqual([['r1'], ['r1']]);
    expect(logged).toMatchObject([{ level: 'debug', reason, rollout: 'r1' }]);
  });

  it('says once why the same thing fails again and again, and that it no longer does', async () => {
    const reasons = ['the disk is full', 'the disk is full', 'the disk is gone', null];
    for (const reason of reasons) {
      begin('r1', async () => {
        if (reason) throw new UpdaterError('store.unavailable', reason);
      });
      await clock.advance(5000);
    }

    expect(ended).toHaveLength(4);
    expect(logged).toMatchObject([
      { level: 'error', reason: 'the disk is full', rollout: 'r1' },
      { level: 'error', reason: 'the disk is gone', rollout: 'r1' },
      { level: 'info', message: 'over: work failed', rollout: 'r1' },
    ]);
  });

  it('says what nobody foresaw with its stack, and what it happened to', async () => {
    begin('r1', () => Promise.reject(new TypeError('a bug')));
    inHand.begin(
      { id: 'u1', kind: 'planning', about: { upgrade: 'u1', caller: 'alice' } },
      () => Promise.reject('no error at all'),
      () => undefined,
    );

    await idle();

    expect(logged).toMatchObject([
      { code: 'internal.error', error: expect.stringContaining('work-in-hand.spec'), rollout: 'r1' },
      { code: 'internal.error', reason: 'no error at all', upgrade: 'u1', caller: 'alice' },
    ]);
  });

  describe('when it stops', () => {
    it('waits until all that is in hand has ended', async () => {
      begin('r1', () => clock.sleep(3000));

      const { isOver } = stop(10_000);
      await clock.advance(2999);
      const before = isOver();
      await clock.advance(1);

      expect([before, isOver()]).toEqual([false, true]);
      expect(clock.asleep).toBe(0);
    });

    it('waits no longer than it may', async () => {
      begin('r1', () => new Promise(() => undefined));

      const { isOver } = stop(10_000);
      await clock.advance(9999);
      const before = isOver();
      await clock.advance(1);

      expect([before, isOver()]).toEqual([false, true]);
    });

    it('tells what is in hand, and lets nothing rest', async () => {
      begin('r1', () => clock.sleep(60_000, inHand.signal).then(() => Promise.reject(new Error('no'))));

      const { isOver } = stop(10_000);
      await idle();

      expect([isOver(), ended]).toEqual([true, ['r1']]);
    });

    it('begins nothing more', async () => {
      stop(10_000);

      begin('r1', () => Promise.reject(new Error('begun')));
      await idle();

      expect([[...inHand.ids], logged]).toEqual([[], []]);
    });
  });

  function begin(id: string, work: () => Promise<void>): void {
    inHand.begin({ id, kind: 'service', about: { rollout: id } }, work, () => ended.push(id));
  }

  function stop(ms: number) {
    let over = false;
    void inHand.stop(ms).then(() => (over = true));
    return { isOver: () => over };
  }
});
