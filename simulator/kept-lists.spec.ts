import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';

const GZIP = { headers: { 'accept-encoding': 'gzip' } };

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
