import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntryView } from '../src/audit/audit.view.js';
import { UpgradeStore } from '../src/store/upgrade-store.js';
import { ask } from './fakes/ask.js';
import { anAuditEntry } from './fakes/kept.js';
import { noonPlus } from './fakes/records.js';
import { SlackChannel } from './harness/slack-channel.js';
import { World } from './harness/world.js';

const USER = 'x-forwarded-user';
const LINES = { accept: 'application/x-ndjson' };

interface Page {
  readonly data: readonly AuditEntryView[];
  readonly next: string | null;
}

describe('who did it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-'));
  let slack: SlackChannel;
  let world: World;

  beforeAll(async () => {
    slack = await SlackChannel.open();
    world = await World.start({
      variables: {
        AUTOUPDATE_DATA_DIR: folder,
        AUTOUPDATE_IDENTITY_HEADER: 'X-Forwarded-User',
        AUTOUPDATE_TRUSTED_PROXIES: '127.0.0.1',
        AUTOUPDATE_REQUIRE_IDENTITY: 'true',
        ...slack.variables,
      },
    });
  });

  afterAll(async () => {
    await world.close();
    await slack.close();
    rmSync(folder, { recursive: true });
  });

  async function audited(query: string): Promise<readonly string[]> {
    const { body } = await world.get<Page>(`/audit?${query}`, { [USER]: 'auditor' });
    return body.data.map(({ action, caller, service }) =>
      [action, caller?.name, service?.name].filter(Boolean).join(' '),
    );
  }

  async function begin(image: string, by: string, more: object = {}): Promise<string> {
    const headers = { [USER]: by, 'x-request-id': `${by}-asks` };
    const { body } = await world.post({ docker_image: image, ...more }, headers);
    return body.id ?? '';
  }

  async function settled(id: string): Promise<void> {
    await world.until(`${id} settles`, async () => {
      const { body } = await world.get(`/upgrades/${id}`, { [USER]: 'ci' });
      return body.status !== 'running';
    });
  }

  function reading(path: string, headers: Record<string, string> = {}) {
    return ask(`${world.url}${path}`, { headers: { [USER]: 'auditor', ...headers } });
  }

  it('is kept with each upgrade and decision, told to people, and found by all that is known of it', async () => {
    const web = world.add('web');
    const id = await begin('acme/web:2.0.0', 'alice');
    await settled(id);
    const confirmed = await world.ask('POST', `/upgrades/${id}/confirm`, { headers: { [USER]: 'bob' } });
    await settled(id);

    expect(confirmed.status).toBe(202);
    expect(confirmed.body).toMatchObject({
      caller: { name: 'alice', address: '127.0.0.1' },
      request_id: 'alice-asks',
    });
    const all = ['confirm bob', 'upgrade alice'];
    expect(await audited(`upgrade=${id}`)).toEqual(all);
    expect(await audited(`environment=1a5&service=${web.ref}`)).toEqual(all);
    expect(await audited(`environment=1a5&caller=bob&action=confirm&since=2000-01-01`)).toEqual([
      'confirm bob',
    ]);
    expect(await audited(`environment=1a6`)).toEqual([]);
    expect(await audited(`until=2000-01-01T00:00:00Z`)).toEqual([]);
    await world.until('people are told', () => slack.about('acme/web:2.0.0').length > 0);
    expect(JSON.stringify(slack.about('acme/web:2.0.0'))).toContain('asked for by alice');
  });

  it('is kept with what is decided about one rollout, and with a hold that is lifted', async () => {
    const shop = world.add('shop');
    const id = await begin('acme/shop:2.0.0', 'alice');
    await settled(id);
    const { body } = await world.get(`/upgrades/${id}`, { [USER]: 'bob' });
    await world.ask('POST', `/upgrades/${id}/rollback?rollout=${body.rollouts[0]?.id}`, {
      headers: { [USER]: 'bob' },
    });
    await settled(id);
    const lifted = await world.ask('DELETE', `/services/1a5/${shop.ref}/hold`, {
      headers: { [USER]: 'carol' },
    });

    expect(lifted.status).toBe(204);
    expect(await audited(`upgrade=${id}`)).toEqual([
      'lift_hold carol shop',
      'rollback bob shop',
      'upgrade alice',
    ]);
  });

  it('is in every line of the log about an upgrade, also after a restart, and one line says how it ended', async () => {
    world.add('kept', { healthCheck: true });
    const unwell = world.rancher.faults.add({ kind: 'never-healthy', service: 'kept' });
    const id = await begin('acme/kept:2.0.0', 'dave', { confirm: true, timeout: 86_400 });
    await world.until('it has begun', () => world.log.some((line) => line['message'] === 'kept: upgrading'));
    await world.stopService();
    const before = world.log.length;
    await world.startService();
    unwell.remove();
    await settled(id);
    await world.until('people are told', () => slack.about('acme/kept:2.0.0').length > 0);
    await world.until('that is said', () =>
      world.log.some((line) => line['message'] === 'notice delivered' && line['upgrade'] === id),
    );

    const about = world.log.filter((line) => line['upgrade'] === id);
    expect(about.filter((line) => line['request'] !== 'dave-asks' || line['caller'] !== 'dave')).toEqual([]);
    expect(about.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['planned: 1 to upgrade, 0 left']),
    );
    const after = world.log.slice(before).filter((line) => line['upgrade'] === id);
    expect(after).toContainEqual(
      expect.objectContaining({
        message: 'acme/kept:2.0.0: succeeded',
        image: 'acme/kept:2.0.0',
        status: 'succeeded',
        rollouts: { finished: 1 },
        failures: 0,
        ms: expect.any(Number),
      }),
    );
    expect(after).toContainEqual(expect.objectContaining({ message: 'kept: finished' }));
  });

  it('tells the keys of one caller from those of another', async () => {
    world.add('keyed');
    await world.allKnown();
    const push = (image: string, by: string) =>
      world.post({ docker_image: image }, { [USER]: by, 'idempotency-key': 'build-7' });

    const alices = await push('acme/keyed:2.0.0', 'alice');
    const bobs = await push('acme/keyed:3.0.0', 'bob');
    const again = await push('acme/keyed:3.0.0', 'bob');
    const other = await push('acme/keyed:4.0.0', 'bob');

    expect([alices.status, bobs.status, again.status, other.status]).toEqual([202, 202, 200, 409]);
    expect(bobs.body.id).not.toBe(alices.body.id);
    expect(again.body.id).toBe(bobs.body.id);
  });

  it('has to be said, or nothing is done', async () => {
    world.add('anybody');
    await world.allKnown();
    const body = JSON.stringify({ docker_image: 'acme/anybody:2.0.0' });

    const refused = [
      await ask(`${world.url}/upgrade`, { method: 'POST', body }),
      await ask(`${world.url}/upgrade`, {
        method: 'POST',
        body,
        headers: { [USER]: 'mallory' },
        from: '127.0.0.2',
      }),
      await ask(`${world.url}/audit`),
    ];

    expect(refused.map(({ status }) => status)).toEqual([401, 401, 401]);
    expect(await audited('caller=mallory')).toEqual([]);
    const { body: found } = await world.get<{ data: unknown[] }>('/upgrades?image=acme/anybody', {
      [USER]: 'bob',
    });
    expect(found.data).toEqual([]);
    expect(await ask(`${world.url}/ping`)).toMatchObject({ status: 200 });
  });

  describe('of much', () => {
    beforeAll(async () => {
      const audit = Array.from({ length: 350 }, (_, index) =>
        anAuditEntry({ image: `many:${index}`, upgradeId: 'many', at: noonPlus(index) }),
      );
      await world.part(UpgradeStore).commit({ audit });
    });

    it('comes page by page', async () => {
      const first = (await reading('/audit?upgrade=many&limit=100')).json as Page;
      const second = (await reading(`/audit?upgrade=many&limit=100&after=${first.next}`)).json as Page;

      expect([first.data[0]?.image, first.data[99]?.image]).toEqual(['many:349', 'many:250']);
      expect([second.data[0]?.image, second.data[99]?.image]).toEqual(['many:249', 'many:150']);
      expect(((await reading('/audit?upgrade=many')).json as Page).data).toHaveLength(20);
    });

    it('comes as lines, all of it or as many as are wanted', async () => {
      const all = await reading('/audit?upgrade=many', LINES);
      const some = await reading('/audit?upgrade=many&limit=3', {
        accept: 'text/html;q=0.1, Application/X-NDJSON ;q=1',
      });

      const images = all.text
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as AuditEntryView).image);
      expect(all.headers['content-type']).toBe('application/x-ndjson');
      expect(images).toEqual(Array.from({ length: 350 }, (_, index) => `many:${349 - index}`));
      expect(some.text.split('\n').slice(0, -1)).toHaveLength(3);
    });

    it.each([LINES, {}])('says what is wrong with a question (%j)', async (headers) => {
      const answer = await reading(
        '/audit?since=yesterday&until=2026-13-40&action=shout&environment=production&service=web&limit=0&caller=&x=1',
        headers,
      );

      expect(answer.status).toBe(400);
      const { fields } = answer.json as { fields: readonly { field: string }[] };
      const names = fields.map(({ field }) => field).toSorted();
      expect(names).toEqual(['action', 'caller', 'environment', 'limit', 'service', 'since', 'until', 'x']);
    });

    it.each([
      [200, 200],
      [201, 400],
    ])('takes names of 200 characters, whichever they are (%i)', async (length, status) => {
      const name = encodeURIComponent('😀'.repeat(length));

      expect((await reading(`/audit?caller=${name}`)).status).toBe(status);
    });

    it('wants to know in which environment a service is, and no page of somebody else', async () => {
      expect(await reading('/audit?service=1s7')).toMatchObject({
        status: 400,
        json: { fields: [{ field: 'environment' }] },
      });
      expect(await reading('/audit?after=Mg', LINES)).toMatchObject({ status: 400 });
    });

    it('answers HEAD for lines with nothing but headers', async () => {
      const answer = await ask(`${world.url}/audit`, {
        method: 'HEAD',
        headers: { [USER]: 'auditor', ...LINES },
      });

      expect(answer).toMatchObject({ status: 200, text: '' });
    });
  });
});
