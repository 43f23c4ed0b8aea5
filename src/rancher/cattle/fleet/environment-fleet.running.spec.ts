import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Asked, FleetRig, RESYNC_MS, webService } from '../../../../test/fakes/fleet-rig.js';
import { idle } from '../../../../test/fakes/hand-clock.js';
import { UpdaterError } from '../../../common/errors.js';
import { EnvironmentFleet } from './environment-fleet.js';

const DOWN = new UpdaterError('rancher.unreachable', 'down');

describe(EnvironmentFleet, () => {
  let rig: FleetRig;

  beforeEach(() => {
    rig = new FleetRig();
  });

  afterEach(() => rig.fleet.close());

  describe('services asked for', () => {
    it('are listed anew where no events come', async () => {
      const first = await rig.answer();
      rig.listings.there = [webService('1s1', '2')];
      await rig.clock.advance(3001);
      const second = await rig.answer();

      expect([first, second]).toEqual([['1s1 1'], ['1s1 2']]);
      expect(rig.listings.listed).toHaveLength(2);
    });

    it('are those of a listing that began three seconds ago, for pushes come in swarms', async () => {
      await rig.answer();
      rig.listings.isHeld = true;
      await rig.clock.advance(3000);

      expect(await rig.answer()).toEqual(['1s1 1']);
      expect(rig.listings.listed).toHaveLength(1);
    });

    it('are listed once for all who ask meanwhile', async () => {
      rig.listings.isHeld = true;
      const first = rig.asking();
      await rig.clock.advance(3001);
      const others = [rig.asking(), rig.asking(), rig.asking()];
      rig.listings.there = [webService('1s1', '2')];

      rig.listings.release();
      await idle();
      const afterFirst = [first.found, ...others.map(({ found }) => found)];
      rig.listings.release();
      await idle();

      expect(afterFirst).toEqual([['1s1 1'], null, null, null]);
      expect(others.map(({ found }) => found)).toEqual([['1s1 2'], ['1s1 2'], ['1s1 2']]);
      expect(rig.listings.listed).toHaveLength(2);
    });

    it('wait for the listing under way where events tell what happens meanwhile', async () => {
      rig.listings.isHeld = true;
      await rig.open();
      const asked = [rig.asking(), rig.asking()];
      rig.tell(webService('1s2'));

      rig.listings.release();
      await idle();

      expect(asked.map(({ found }) => found)).toEqual([
        ['1s1 1', '1s2 1'],
        ['1s1 1', '1s2 1'],
      ]);
      expect(rig.listings.listed).toHaveLength(1);
    });

    it('are listed again where so many went that others can have been missed', async () => {
      rig.listings.isHeld = true;
      rig.listings.there = [webService('1s1'), webService('1s3')];
      rig.listings.cut = (rows) => [rows.slice(0, 1), rows.slice(1)];
      await rig.open();
      const asked = rig.asking();
      rig.listings.there = [webService('1s1'), webService('1s2'), webService('1s3')];
      rig.listings.cut = (rows) => [rows];

      rig.listings.release();
      await idle();
      const afterFirst = asked.found;
      rig.listings.release();
      await idle();

      expect([afterFirst, asked.found]).toEqual([null, ['1s1 1', '1s2 1', '1s3 1']]);
      expect(rig.listings.listed).toHaveLength(2);
    });

    it('are listed three times at most where they always can have been missed', async () => {
      rig.listings.there = [webService('1s1'), webService('1s3')];
      rig.listings.cut = (rows) => [rows.slice(0, 1), rows.slice(1)];
      await rig.open();

      expect(await rig.answer()).toEqual(['1s1 1', '1s3 1']);
      expect(rig.listings.listed).toHaveLength(3);
    });

    it('are listed once where none can have been missed, however many change or go meanwhile', async () => {
      rig.listings.isHeld = true;
      await rig.open();
      const asked = rig.asking();
      for (let id = 100; id <= 200; id += 1) rig.tell(webService(`1s${id}`, '1', { state: 'removed' }));
      for (let id = 201; id <= 220; id += 1) rig.tell(webService(`1s${id}`, '2', { state: 'upgrading' }));

      rig.listings.release();
      await idle();

      expect(asked.found).toHaveLength(21);
      expect(rig.listings.listed).toHaveLength(1);
    });

    it.each([false, true])(
      'are listed again where the events end that the listing counted on; back at once: %p',
      async (isBack) => {
        rig.listings.isHeld = true;
        await rig.open();
        await rig.clock.advance(3001);
        const asked = rig.asking();
        rig.listings.there = [webService('1s1'), webService('1s2')];

        await rig.lose();
        if (isBack) await rig.open();
        rig.listings.release();
        await idle();
        const afterFirst = asked.found;
        rig.listings.release();
        await idle();

        expect(afterFirst).toBeNull();
        expect(asked.found).toEqual(['1s1 1', '1s2 1']);
        expect(rig.listings.listed).toHaveLength(2);
      },
    );

    it('are listed anew where Rancher has been quiet for more than 7 s, until it says something', async () => {
      await rig.open();
      await rig.clock.advance(7001);
      await rig.answer();
      const quiet = rig.listings.listed.length;
      await rig.clock.advance(10_000);
      rig.items.next({ is: 'alive' });
      await rig.answer();

      expect([quiet, rig.listings.listed.length]).toEqual([2, 2]);
    });

    it('are as of the word that is just due, or are listed where it does not come in time', async () => {
      await rig.open();
      await rig.clock.advance(5001);
      const [inTime, others] = [rig.asking(), rig.asking()];
      await idle();
      const before = inTime.found;
      rig.tell(webService('1s2'));
      await idle();
      const listed = rig.listings.listed.length;

      await rig.clock.advance(5001);
      rig.listings.there = [webService('1s1'), webService('1s2'), webService('1s3')];
      const late = rig.asking();
      await rig.clock.advance(1999);
      const stillWaits = late.found;
      await rig.clock.advance(1);

      expect([before, inTime.found, others.found]).toEqual([null, ['1s1 1', '1s2 1'], ['1s1 1', '1s2 1']]);
      expect([stillWaits, late.found]).toEqual([null, ['1s1 1', '1s2 1', '1s3 1']]);
      expect([listed, rig.listings.listed.length]).toEqual([1, 2]);
    });

    it('are never listed while pings come as late as they do: every 5,006 ms, the first after 6.1 s', async () => {
      await rig.open();
      const isFresh: boolean[] = [];
      const asked: Asked[] = [];
      for (const periodMs of [6100, ...Array.from({ length: 60 }, () => 5006)]) {
        await rig.clock.advance(periodMs - 1);
        asked.push(rig.asking());
        isFresh.push(rig.fleet.isFresh);
        await rig.clock.advance(1);
        isFresh.push(rig.fleet.isFresh);
        rig.items.next({ is: 'alive' });
      }
      await idle();

      expect(new Set(isFresh)).toEqual(new Set([true]));
      expect(asked.filter(({ found }) => found?.length === 1)).toHaveLength(61);
      expect(rig.listings.listed).toHaveLength(1);
    });

    it('are listed anew where a connection has opened and nothing has come over it', async () => {
      await rig.open();
      await rig.lose();
      await rig.clock.advance(60_000);
      rig.items.next({ is: 'open' });
      await rig.clock.advance(4000);
      const connected = rig.listings.listed.length;

      await rig.answer();
      const asked = rig.listings.listed.length;
      await rig.clock.advance(4000);
      rig.items.next({ is: 'alive' });
      await rig.answer();

      expect([connected, asked, rig.listings.listed.length]).toEqual([2, 3, 3]);
    });

    it('are listed at once after a gap, though listings rest', async () => {
      await rig.open();
      await rig.clock.advance(3001);
      await rig.lose();
      await rig.open();
      rig.listings.there = [webService('1s1'), webService('1s2')];

      expect(await rig.answer()).toEqual(['1s1 1', '1s2 1']);
      expect(rig.listings.listed).toHaveLength(2);
      expect(await rig.answer()).toEqual(['1s1 1', '1s2 1']);
      expect(rig.listings.listed).toHaveLength(2);
    });

    it('are not known where they cannot be listed', async () => {
      rig.listings.failure = DOWN;

      expect(await rig.answer()).toContain('down');
    });

    it('are asked for without a listing where it was only the next one that failed', async () => {
      await rig.open();
      rig.listings.failure = DOWN;
      await rig.live(RESYNC_MS);

      expect(rig.listings.listed).toHaveLength(2);
      expect(await rig.answer()).toEqual(['1s1 1']);
    });
  });

  describe('services of which it is not told how they have changed', () => {
    beforeEach(() => rig.open());

    it('are looked at when somebody asks, not before, and once', async () => {
      rig.listings.there = [webService('1s1', '2')];
      rig.hint('1s1');
      await rig.live(30_000);
      const before = [...rig.listings.looked];

      expect(before).toEqual([]);
      expect(await rig.answer()).toEqual(['1s1 2']);
      expect(await rig.answer()).toEqual(['1s1 2']);
      expect(rig.listings.looked).toEqual(['1s1']);
      expect(rig.listings.listed).toHaveLength(1);
    });

    it('are found where they are new, and are not where they are gone', async () => {
      rig.listings.there = [webService('1s2')];
      rig.hint('1s1');
      rig.hint('1s2');

      expect(await rig.answer()).toEqual(['1s2 1']);
    });

    it('are no longer looked at where an event has told', async () => {
      rig.hint('1s1');
      rig.tell(webService('1s1', '2'));

      expect(await rig.answer()).toEqual(['1s1 2']);
      expect(rig.listings.looked).toEqual([]);
    });

    it('are as an event tells that comes while they are looked at', async () => {
      rig.listings.isHeld = true;
      rig.hint('1s1');
      const asked = rig.asking();
      await idle();

      rig.tell(webService('1s1', 'event'));
      rig.listings.release();
      await idle();

      expect(asked.found).toEqual(['1s1 event']);
    });

    it('are looked at again where they change while they are looked at', async () => {
      rig.listings.isHeld = true;
      rig.hint('1s1');
      const asked = rig.asking();
      await idle();

      rig.listings.there = [webService('1s1', '2')];
      rig.hint('1s1');
      rig.listings.release();
      await idle();
      rig.listings.isHeld = false;

      expect(asked.found).not.toBeNull();
      expect(await rig.answer()).toEqual(['1s1 2']);
    });

    it('are as the look tells where a listing ends meanwhile that had read them before they changed', async () => {
      rig.listings.isHeld = true;
      await rig.live(RESYNC_MS);
      rig.listings.there = [webService('1s1', '2')];
      rig.hint('1s1');
      const asked = rig.asking();
      await idle();

      rig.listings.release();
      await idle();
      const afterListing = asked.found;
      rig.listings.release();
      await idle();

      expect([afterListing, asked.found]).toEqual([null, ['1s1 2']]);
      expect(rig.listings.looked).toEqual(['1s1']);
    });

    it('are listed once more where they cannot be looked at and a listing was under way when they changed', async () => {
      rig.listings.isHeld = true;
      await rig.live(RESYNC_MS);
      rig.listings.there = [webService('1s1', '2')];
      rig.hint('1s1');
      rig.listings.failure = DOWN;
      const asked = rig.asking();
      await idle();

      rig.listings.failure = null;
      rig.listings.release();
      await idle();
      const afterFirst = asked.found;
      rig.listings.release();
      await idle();

      expect([afterFirst, asked.found]).toEqual([null, ['1s1 2']]);
      expect(rig.listings.listed).toHaveLength(3);
    });

    it('are not looked at any more where an event tells of them while others are looked at', async () => {
      rig.listings.there = [webService('1s1', '2'), webService('1s2', '2')];
      rig.listings.isHeld = true;
      for (const id of ['1s1', '1s2']) rig.hint(id);
      const asked = rig.asking();
      await idle();

      rig.tell(webService('1s2', 'event'));
      rig.listings.release();
      await idle();

      expect(asked.found).toEqual(['1s2 event', '1s1 2']);
      expect(rig.listings.looked).toEqual(['1s1']);
    });

    it('are as the last event tells, and in doubt, where that is followed by another change while they are looked at', async () => {
      rig.listings.isHeld = true;
      rig.hint('1s1');
      const asked = rig.asking();
      await idle();

      rig.tell(webService('1s1', 'event'));
      rig.hint('1s1');
      rig.listings.release();
      await idle();
      rig.listings.isHeld = false;
      rig.listings.there = [webService('1s1', '2')];

      expect(asked.found).toEqual(['1s1 event']);
      expect(await rig.answer()).toEqual(['1s1 2']);
    });

    it('are looked at once for all who ask meanwhile', async () => {
      rig.listings.isHeld = true;
      rig.hint('1s1');
      const asked = [rig.asking(), rig.asking(), rig.asking()];
      await idle();
      rig.listings.release();
      await idle();

      expect(asked.map(({ found }) => found)).toEqual([['1s1 1'], ['1s1 1'], ['1s1 1']]);
      expect(rig.listings.looked).toEqual(['1s1']);
    });

    it('stay in doubt where they cannot be looked at', async () => {
      rig.hint('1s1');
      rig.listings.failure = DOWN;
      const failed = await rig.answer();
      rig.listings.failure = null;
      rig.listings.there = [webService('1s1', '2')];
      await rig.live(1000);

      expect(failed).toContain('down');
      expect(await rig.answer()).toEqual(['1s1 2']);
    });

    it('are not looked at by each of many who ask, one after the other, where that fails', async () => {
      rig.hint('1s1');
      rig.listings.failure = DOWN;
      const counts: number[] = [];
      for (const ms of [0, 999, 1]) {
        await rig.live(ms);
        for (let asked = 0; asked < 20; asked += 1) expect(await rig.answer()).toContain('down');
        counts.push(rig.listings.looked.length);
      }

      expect(counts).toEqual([1, 1, 2]);
    });

    it('are listed where they are more than twenty', async () => {
      rig.listings.there = Array.from({ length: 30 }, (_, index) => webService(`1s${index}`, '2'));
      for (const { id } of rig.listings.there.slice(0, 21)) rig.hint(id);

      expect(await rig.answer()).toHaveLength(30);
      expect([rig.listings.listed.length, rig.listings.looked.length]).toEqual([2, 0]);
    });

    it('are listed where there are more than are named, even if of all that are named it was told', async () => {
      const ids = Array.from({ length: 1001 }, (_, index) => `1s${index + 1}`);
      for (const id of ids) rig.hint(id);
      for (const id of ids.slice(0, 1000)) rig.tell(webService(id));
      rig.listings.there = ids.map((id) => webService(id, '2'));

      expect(await rig.answer()).toContain('1s1001 2');
      expect([rig.listings.listed.length, rig.listings.looked.length]).toEqual([2, 0]);
    });

    it('are listed once more where that was already under way when they changed', async () => {
      rig.listings.isHeld = true;
      await rig.live(RESYNC_MS);
      rig.listings.there = Array.from({ length: 30 }, (_, index) => webService(`1s${index}`, '2'));
      for (const { id } of rig.listings.there) rig.hint(id);
      const asked = rig.asking();
      await idle();

      rig.listings.release();
      await idle();
      rig.listings.release();
      await idle();

      expect(asked.found).toHaveLength(30);
      expect(rig.listings.listed).toHaveLength(3);
    });
  });
});
