import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

import { readFleet } from './reading/read-fleet.js';
import { P, Rig } from './testing/rig.js';

const GZIP = { headers: { 'accept-encoding': 'gzip' } };

function named(prefix: string, length: number, more: (place: number) => object): readonly object[] {
  return Array.from({ length }, (_, place) => ({ name: `${prefix}${place}`, ...more(place) }));
}

/** 50,000 services in ten environments, as text. */
function bigFleet(): string {
  const services = named('service', 100, (place) => ({
    image: `acme/app-${place % 97}:1.${place}.0`,
    labels: { team: `team-${place % 7}` },
    healthCheck: place % 3 === 0,
  }));
  return JSON.stringify({
    environments: named('env', 10, () => ({ stacks: named('stack', 50, () => ({ services })) })),
    keys: [{ access: 'env', secret: 's', kind: 'environment', environment: 'env0' }],
  });
}

/** Milliseconds of processor time that one of so many runs takes: what else runs on the machine does not count. */
async function cost(runs: number, run: (number: number) => unknown): Promise<number> {
  const began = process.cpuUsage();
  for (let number = 0; number < runs; number += 1) await run(number);
  return process.cpuUsage(began).user / 1000 / runs;
}

describe('a big fleet', () => {
  let rig: Rig;
  let loading: number;

  beforeAll(async () => {
    const text = bigFleet();
    loading = await cost(1, async () => {
      rig = await Rig.start({ fleet: readFleet(text) });
    });
  });

  afterAll(() => rig.close());

  it('is there in five seconds', () => {
    expect(rig.simulator.fleet.services()).toHaveLength(50_000);
    expect(loading).toBeLessThan(5000);
  });

  it('shows a page of 1,000 in a fraction of a second, with the time to read it', async () => {
    const paging = await cost(5, async (page) => {
      const { body } = await rig.get(`${P}/services?limit=1000&marker=m${page * 1000}`, GZIP);
      expect(body.data).toHaveLength(1000);
    });

    expect(paging).toBeLessThan(250);
  });

  it('does not look through itself to publish a change', async () => {
    const reader = await rig.listen();

    const publishing = await cost(100, (number) => {
      rig.simulator.as('alice').scale(rig.service('1s7'), 2 + number);
      rig.clock.advance(1000);
    });
    const heard = await reader.changes('service');

    expect(publishing).toBeLessThan(20);
    expect(heard.length).toBeGreaterThan(99);
  });
});

describe('lists that are kept', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  const list = (key = 'env', prefix = P) => rig.get(`${prefix}/services`, { key, ...GZIP });

  it('are the same bytes while nothing changes, and new ones after a change', async () => {
    const first = await list();
    const second = await list();
    rig.simulator.as('alice').upgrade(rig.service('1s7'), 'acme/web:2.0.0');
    const third = await list();
    rig.until('1s7', 'upgraded');
    const fourth = await list();

    expect(second.text).toBe(first.text);
    expect([first, third, fourth].map(({ body }) => body.data[0].state)).toEqual([
      'active',
      'upgrading',
      'upgraded',
    ]);
    expect(fourth.body.data[0]).toEqual((await rig.get(`${P}/services/1s7`)).body);
  });

  it('are told apart by key, version, and form', async () => {
    const all = [
      await list(),
      await list('account'),
      await list('reader'),
      await list('env', '/v1/projects/1a5'),
    ];
    const renamed = await rig.get(`${P}/services`, {
      headers: { ...GZIP.headers, 'X-API-Action-Links': 'true' },
    });
    const again = [
      await list(),
      await list('account'),
      await list('reader'),
      await list('env', '/v1/projects/1a5'),
    ];

    expect(new Set(all.map(({ text }) => text)).size).toBe(4);
    expect(again.map(({ text }) => text)).toEqual(all.map(({ text }) => text));
    expect(renamed.body.data[0]).toHaveProperty('actionLinks');
  });

  it('come in pieces and without gzip like any other answer', async () => {
    const first = await list();
    const fault = rig.simulator.faults.add({ kind: 'trickle', bytes: 1_000_000, everyMs: 10, times: 1 });

    const pieces = list();
    while (fault.hits === 0) await new Promise(setImmediate);
    rig.clock.advance(10);
    const trickled = await pieces;
    const plain = await rig.get(`${P}/services`);

    expect([trickled.text, plain.text]).toEqual([first.text, first.text]);
  });

  it('are zipped as well as the setting says', async () => {
    const lengths: number[] = [];
    for (const gzipLevel of [0, 9]) {
      const other = await Rig.start({ settings: { gzipLevel } });
      await other.get(`${P}/services`, GZIP);
      lengths.push(other.simulator.traffic.report().bytesOut);
      await other.close();
    }

    expect(lengths[0]).toBeGreaterThan((lengths[1] ?? 0) * 3);
  });
});
