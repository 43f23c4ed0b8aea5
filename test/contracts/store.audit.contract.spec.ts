import { beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { ServiceRef } from '../../src/domain/service.js';
import { STORES } from '../../src/store/store.module.js';
import type { AuditQuery, UpgradeStore } from '../../src/store/upgrade-store.js';
import { anyAuditEntry } from '../fakes/any-record.js';
import { anAuditEntry, anEntry } from '../fakes/kept.js';
import { turnsDuring } from '../fakes/loop.js';
import { anUpgrade, aRollout, NOON, noonPlus } from '../fakes/records.js';
import { storeForEachTest } from './running-store.js';

const WEB: ServiceRef = aRollout().service;
const OTHER: ServiceRef = { ...WEB, environment: '1a7', id: '1s9' };
const BOB = { name: 'bob', address: '10.0.0.8' };

describe.each(STORES.map((kind) => [kind.name, kind] as const))('%s keeps an audit', (_, kind) => {
  let store: UpgradeStore;
  const { restart } = storeForEachTest(kind, (started) => (store = started));

  /** The images of what is found, which tell entries apart. */
  async function images(query: Partial<AuditQuery> = {}): Promise<readonly string[]> {
    return (await store.audit({ limit: 100, ...query })).data.map(({ image }) => image);
  }

  /** Entries with images 0, 1, 2 …, a second apart, the oldest first. */
  async function given(count: number): Promise<void> {
    const audit = Array.from({ length: count }, (__, index) =>
      anAuditEntry({ image: `${index}`, at: noonPlus(index) }),
    );
    await store.commit({ audit });
  }

  async function found(): Promise<unknown> {
    return {
      web: await images({ service: WEB }),
      other: await images({ service: OTHER }),
      production: await images({ environment: '1a5' }),
      staging: await images({ environment: '1a7' }),
    };
  }

  async function refusal(id: string): Promise<unknown> {
    const accepted = store.commit({ upgrade: anUpgrade({ id }), mostUnplanned: 2 });
    return accepted.then(
      () => null,
      (error: unknown) => error,
    );
  }

  it('that says everything as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(anyAuditEntry, async (entry) => {
        await store.commit({ audit: [entry] });

        const { data } = await store.audit({ limit: 1000, upgradeId: entry.upgradeId });
        expect(data).toContainEqual({ ...entry, id: expect.any(Number) });
        await store.pruneAudit(new Date(8.64e15), 1000);
      }),
      { numRuns: 50 },
    );
  });

  it('of what is written with it, or of nothing', async () => {
    await store.commit({ upgrade: anUpgrade(), audit: [anAuditEntry({ image: 'done' })] });
    const late = store.commit({ upgrade: anUpgrade(), audit: [anAuditEntry({ image: 'not done' })] });

    await expect(late).rejects.toMatchObject({ code: 'store.conflict' });
    expect(await images()).toEqual(['done']);
  });

  it('newest first, page by page, each entry once', async () => {
    await given(5);
    await store.commit({ audit: [anAuditEntry({ image: 'same moment', at: noonPlus(4) })] });

    const first = await store.audit({ limit: 2 });
    const second = await store.audit({ limit: 3, after: first.next ?? '' });
    const third = await store.audit({ limit: 3, after: second.next ?? '' });

    const pages = [first, second, third].map(({ data }) => data.map(({ image }) => image));
    expect(pages).toEqual([['same moment', '4'], ['3', '2', '1'], ['0']]);
    expect(third.next).toBeNull();
    expect((await store.audit({ limit: 6 })).next).toBeNull();
  });

  it('of any length, in which what is rare is found', async () => {
    await store.commit({ audit: [anAuditEntry({ image: 'rare', caller: BOB, at: noonPlus(-60) })] });
    await given(450);

    expect(await images({ caller: 'bob' })).toEqual(['rare']);
    expect(await images({ limit: 1000 })).toHaveLength(451);
  });

  it('that lets everybody else have his turn while much is looked through', async () => {
    await given(450);

    const turns = await turnsDuring(() => images({ caller: 'nobody' }));

    expect(turns).toBeGreaterThanOrEqual(4);
  });

  it('no further than somebody waits for it, to be gone on with from there', async () => {
    await store.commit({ audit: [anAuditEntry({ image: 'rare', caller: BOB, at: noonPlus(-60) })] });
    await given(450);
    const gone = new AbortController();
    setImmediate(() => gone.abort());

    const broken = await store.audit({ limit: 5, caller: 'bob' }, gone.signal);

    expect(broken).toEqual({ data: [], next: expect.any(String) });
    expect(await images({ caller: 'bob', after: broken.next ?? '' })).toEqual(['rare']);
  });

  it('from a time on, and before a time', async () => {
    await given(5);

    expect(await images({ since: noonPlus(3) })).toEqual(['4', '3']);
    expect(await images({ until: noonPlus(2) })).toEqual(['1', '0']);
    expect(await images({ since: noonPlus(1), until: noonPlus(3) })).toEqual(['2', '1']);
  });

  it('by who, what and which upgrade, all of them together', async () => {
    await store.commit({
      audit: [
        anAuditEntry({ image: 'a', caller: BOB, action: 'confirm', upgradeId: 'u1' }),
        anAuditEntry({ image: 'b', caller: BOB, action: 'cancel', upgradeId: 'u2' }),
        anAuditEntry({ image: 'c', caller: { ...BOB, name: null }, upgradeId: 'u2' }),
        anAuditEntry({ image: 'd', caller: null, upgradeId: 'u2' }),
      ],
    });

    expect(await images({ caller: 'bob' })).toEqual(['b', 'a']);
    expect(await images({ caller: BOB.address })).toEqual(['c']);
    expect(await images({ action: 'confirm' })).toEqual(['a']);
    expect(await images({ upgradeId: 'u2' })).toEqual(['d', 'c', 'b']);
    expect(await images({ upgradeId: 'u2', caller: 'bob', action: 'cancel' })).toEqual(['b']);
    expect(await images({ upgradeId: 'u1', caller: 'alice' })).toEqual([]);
  });

  it.each(['', 'x', 'MQ', 'MSAy!', 'LTEgLTE='])('with no place %j to go on from', async (after) => {
    await expect(store.audit({ limit: 1, after })).rejects.toMatchObject({ code: 'request.invalid' });
  });

  describe('by service', () => {
    const place = { environment: { id: '1a5', name: 'production' }, stack: { id: '1st3', name: 'shop' } };

    beforeEach(async () => {
      await store.commit({
        upgrade: anUpgrade({ status: 'succeeded', planAt: null, finishedAt: NOON }),
        rollouts: [aRollout({ status: 'finished' }), aRollout({ id: 'r2', status: 'finished' })],
        journal: [anEntry()],
        audit: [
          anAuditEntry({ image: 'whole', upgradeId: 'u1' }),
          anAuditEntry({ image: 'web', upgradeId: 'u1', ...place, service: { id: '1s7', name: 'web' } }),
          anAuditEntry({ image: 'shop', upgradeId: 'u1', ...place, service: { id: '1s8', name: 'shop' } }),
          anAuditEntry({ image: 'elsewhere', upgradeId: 'u2' }),
        ],
      });
    });

    const FOUND = {
      web: ['web', 'whole'],
      other: [],
      production: ['shop', 'web', 'whole'],
      staging: [],
    };

    it('and environment, the one meant or one that the upgrade was for', async () => {
      expect(await found()).toEqual(FOUND);
    });

    it('also when the upgrade is not kept any more', async () => {
      expect(await store.prune(noonPlus(1), NOON, 10)).toBe(1);

      expect(await store.find('u1')).toBeNull();
      expect(await found()).toEqual(FOUND);
    });
  });

  it('until it is too old, a few entries at a time', async () => {
    await given(4);

    expect(await store.pruneAudit(noonPlus(3), 2)).toBe(2);
    expect(await images()).toEqual(['3', '2']);
    expect(await store.pruneAudit(noonPlus(3), 2)).toBe(1);
    expect(await store.pruneAudit(noonPlus(3), 2)).toBe(0);
    expect(await images()).toEqual(['3']);
  });

  describe('and counts what waits to be planned', () => {
    it('so that there are never more than there may be, however many come at once', async () => {
      const refusals = await Promise.all(Array.from({ length: 9 }, (__, index) => refusal(`u${index}`)));

      expect(refusals.filter((error) => error === null)).toHaveLength(2);
      expect(refusals.filter((error) => error !== null)).toEqual(
        Array.from({ length: 7 }, () =>
          expect.objectContaining({ code: 'service.full', details: { retryAfterMs: 30_000 } }),
        ),
      );
      expect((await store.list({ limit: 10 })).data).toHaveLength(2);
    });

    it('as upgrades come, are planned, are put off and are deleted, and after a restart', async () => {
      await store.commit({ upgrade: anUpgrade({ id: 'u1' }) });
      await store.commit({ upgrade: anUpgrade({ id: 'u2' }) });
      const { upgrade } = (await store.find('u1')) ?? { upgrade: anUpgrade() };
      expect(await refusal('u3')).not.toBeNull();

      await store.commit({ upgrade: { ...upgrade, planAt: noonPlus(5) } });
      expect(await refusal('u3')).not.toBeNull();

      await store.commit({
        upgrade: { ...upgrade, version: 2, planAt: null, status: 'failed', finishedAt: NOON },
      });
      await store.prune(noonPlus(1), NOON, 10);
      await restart();
      expect(await refusal('u3')).toBeNull();
      expect(await refusal('u4')).not.toBeNull();
    });
  });
});
