import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inState } from '../../../../test/fakes/cattle-resources.js';
import { FleetRig, MINUTE_MS, RESYNC_MS, webService } from '../../../../test/fakes/fleet-rig.js';
import { idle } from '../../../../test/fakes/hand-clock.js';
import { UpdaterError } from '../../../common/errors.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import { EnvironmentFleet } from './environment-fleet.js';

const DOWN = new UpdaterError('rancher.unreachable', 'down');

describe(EnvironmentFleet, () => {
  let rig: FleetRig;

  beforeEach(() => {
    rig = new FleetRig();
  });

  afterEach(() => rig.fleet.close());

  describe('listing', () => {
    it('begins when events come, and makes it fresh', async () => {
      await idle();
      const before = [...rig.listings.listed];
      await rig.open();

      expect(before).toEqual([]);
      expect(rig.listings.listed).toEqual(['1a5']);
      expect([rig.fleet.isLive, rig.fleet.isFresh, rig.fleet.size]).toEqual([true, true, 1]);
      expect(rig.said('services of production are known')).toHaveLength(1);
    });

    it('is made all the same where no events come, and now and then again, but nothing is fresh then', async () => {
      const counts: number[] = [];
      for (const ms of [14_999, 1, RESYNC_MS - 1, 1]) {
        await rig.clock.advance(ms);
        counts.push(rig.listings.listed.length);
      }

      expect(counts).toEqual([0, 1, 1, 2]);
      expect([rig.fleet.isFresh, rig.fleet.size]).toEqual([false, 1]);
      expect(rig.said('services of production are known')).toHaveLength(1);
    });

    it('goes on now and then while events do not come any more', async () => {
      await rig.open();
      await rig.lose();

      await rig.clock.advance(3 * RESYNC_MS);

      expect(rig.listings.listed).toHaveLength(4);
      expect(rig.said('not as told')).toEqual([]);
    });

    it('is not asked for again while it is fresh, however often it is asked for services', async () => {
      await rig.open();

      const answers = [await rig.answer(), await rig.answer(), await rig.answer()];

      expect(answers).toEqual([['1s1 1'], ['1s1 1'], ['1s1 1']]);
      expect(rig.listings.listed).toHaveLength(1);
      expect(rig.listings.looked).toEqual([]);
    });

    it('is corrected now and then, and said so only where something was not as told', async () => {
      await rig.open();
      await rig.live(RESYNC_MS);
      const quietly = [rig.listings.listed.length, rig.said('not as told').length];

      rig.listings.there = [webService('1s1', '2'), webService('1s2')];
      await rig.live(RESYNC_MS - 1000);
      const before = rig.listings.listed.length;
      await rig.live(1000);

      expect(quietly).toEqual([2, 0]);
      expect([before, rig.listings.listed.length]).toEqual([2, 3]);
      expect(await rig.answer()).toEqual(['1s1 2', '1s2 1']);
      expect(rig.said('not as told')).toEqual([expect.stringContaining('"corrected":2')]);
    });

    it('keeps what was known while it may miss some, and is repeated soon where three have done so', async () => {
      const all = [webService('1s1'), webService('1s2'), webService('1s3')];
      rig.listings.there = all;
      await rig.open();
      const before = await rig.answer();
      rig.listings.there = [webService('1s1'), webService('1s3')];
      rig.listings.cut = (rows) => [rows.slice(0, 1), rows.slice(1)];
      await rig.live(RESYNC_MS);
      const meanwhile = [await rig.answer(), rig.listings.listed.length];
      rig.listings.there = [webService('1s1')];
      rig.listings.cut = (rows) => [rows];
      await rig.live(30_000);

      expect(meanwhile).toEqual([expect.arrayContaining(Array.from(before ?? [])), 4]);
      expect([await rig.answer(), rig.listings.listed.length]).toEqual([['1s1 1'], 5]);
    });

    it('comes after every gap', async () => {
      await rig.open();
      await rig.live(MINUTE_MS);
      rig.listings.there = [webService('1s1'), webService('1s2')];

      await rig.lose();
      const inTheGap = rig.fleet.isFresh;
      await rig.open();

      expect(inTheGap).toBe(false);
      expect(rig.fleet.isFresh).toBe(true);
      expect(rig.listings.listed).toHaveLength(2);
      expect(rig.fleet.size).toBe(2);
    });

    it('rests for 30 s where connections come and go', async () => {
      const beganMs = rig.clock.monotonicMs();
      const listedMs: number[] = [];
      for (let passedMs = 0; passedMs < 100_000; passedMs += 2000) {
        const before = rig.listings.listed.length;
        await rig.open();
        await rig.clock.advance(1000);
        await rig.lose();
        await rig.clock.advance(1000);
        if (rig.listings.listed.length > before) listedMs.push(rig.clock.monotonicMs() - beganMs);
      }

      expect(rig.listings.listed).toHaveLength(4);
      expect(listedMs.map((ms) => Math.floor(ms / 30_000))).toEqual([0, 1, 2, 3]);
    });

    it('is not begun by each of many who ask, one after the other, where it fails, which is said once', async () => {
      rig.listings.failure = DOWN;
      const counts: number[] = [];
      for (const ms of [0, 999, 1, 1999, 1]) {
        await rig.clock.advance(ms);
        for (let asked = 0; asked < 20; asked += 1) expect(await rig.answer()).toContain('down');
        counts.push(rig.listings.listed.length);
      }

      expect(counts).toEqual([1, 1, 2, 2, 3]);
      expect(rig.said('cannot be listed')).toHaveLength(1);
      await expect(rig.fleet.running('docker.io/acme/web')).rejects.toMatchObject({
        code: 'rancher.unreachable',
        details: { isLogged: true },
      });
    });

    it('rests for longer and longer, up to five minutes, where it fails, and says why once', async () => {
      rig.listings.failure = DOWN;
      const beganMs = rig.clock.monotonicMs();
      const listedMs: number[] = [];
      await rig.open();
      for (let passedMs = 0; passedMs < 16 * MINUTE_MS; passedMs += 5000) {
        const before = rig.listings.listed.length;
        await rig.live(5000);
        if (rig.listings.listed.length > before) listedMs.push(rig.clock.monotonicMs() - beganMs);
      }
      rig.listings.failure = null;
      await rig.live(5 * MINUTE_MS);

      expect(listedMs.map((ms) => ms / MINUTE_MS)).toEqual([1, 3, 7, 12]);
      expect(rig.fleet.isFresh).toBe(true);
      expect(rig.said('cannot be listed')).toEqual([
        expect.stringMatching(/"warn".*down/),
        expect.stringMatching(/"info".*over: /),
      ]);
    });
  });

  describe('events', () => {
    it('tell of services, so that nothing is asked', async () => {
      await rig.open();

      rig.tell(webService('1s1', '2'));
      rig.tell(webService('1s2'));

      expect(await rig.answer()).toEqual(['1s1 2', '1s2 1']);
      rig.tell(webService('1s1', '2', { state: 'removed' }));
      expect(await rig.answer()).toEqual(['1s2 1']);
      expect([rig.listings.listed.length, rig.listings.looked.length]).toEqual([1, 0]);
    });

    it('tell what stacks are called, for as long as they can be trusted', async () => {
      await rig.open();
      const listed = rig.fleet.stackName('1st3');
      const resource = { id: '1st3', type: 'stack', name: 'renamed' };
      rig.items.next({
        is: 'change',
        event: { resourceType: 'stack', resourceId: '1st3', resource, sentMs: null },
      });
      const told = rig.fleet.stackName('1st3');
      await rig.lose();

      expect([listed, told, rig.fleet.stackName('1st3')]).toEqual(['shop', 'renamed', undefined]);
    });

    it('are handed to services that are followed', async () => {
      await rig.open();
      const following = rig.followings.begin(
        { backend: 'cattle', environment: '1a5', id: '1s7' },
        () => true,
      );
      following.asking();
      following.replied(inState('upgrading'));

      rig.tell(inState('upgraded'));

      expect(following.first()).toMatchObject({ is: 'heard', resource: { state: 'upgraded' } });
    });

    it.each<[string, number, (told: ServiceResource) => unknown]>([
      ['its state', 1, (told) => rig.tell({ ...told, state: 'upgraded' })],
      ['its revision', 1, () => rig.tell(webService('1s1', '2'))],
      ['its health', 1, (told) => rig.tell({ ...told, healthState: 'unhealthy' })],
      ['it is not said what', 1, () => rig.hint('1s1')],
      ['nothing that matters', 0, (told) => rig.tell({ ...told, transitioningMessage: 'still there' })],
    ])('are news of a service that nobody follows where %s has changed', async (_, news, happens) => {
      await rig.open();
      const told: object[] = [];
      rig.followings.unobserved$.subscribe((service) => told.push(service));

      happens(webService('1s1'));

      expect(told).toEqual(Array.from({ length: news }, () => ({ environment: '1a5', id: '1s1' })));
    });

    it.each<[string, boolean, () => unknown]>([
      ['begin', false, () => rig.open()],
      ['end', true, () => rig.lose()],
      ['are given up', true, () => rig.fleet.close()],
    ])('make services that are followed be looked at when they %s', async (_, areOpen, happens) => {
      if (areOpen) await rig.open();
      const following = rig.followings.begin(
        { backend: 'cattle', environment: '1a5', id: '1s7' },
        () => true,
      );
      following.asking();
      following.replied(inState('upgrading'));

      await happens();

      expect(following.first()).toEqual({ is: 'look' });
    });
  });

  describe('close', () => {
    it('ends what listens, what sleeps and what is fresh', async () => {
      await rig.open();
      rig.fleet.close();
      await idle();

      expect(rig.items.observed).toBe(false);
      expect(rig.clock.asleep).toBe(0);
      expect([rig.fleet.isLive, rig.fleet.isFresh]).toEqual([false, false]);
    });

    it('gives up a listing under way, and calls that no trouble', async () => {
      rig.listings.isHeld = true;
      await rig.open();
      const asked = rig.asking();
      await idle();

      rig.fleet.close();
      await rig.clock.advance(RESYNC_MS);

      expect(asked.found).toContain('given up');
      expect(rig.clock.asleep).toBe(0);
      expect(rig.lines).toEqual([]);
    });
  });
});
