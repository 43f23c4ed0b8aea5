import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';

function count(number: number): unknown {
  return expect.objectContaining({ count: number });
}

describe('the count of traffic', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('tells requests apart by method and by what they are for', async () => {
    await rig.get(`${P}/services`);
    await rig.get(`${P}/services/1s7`);
    await rig.get(`${P}/services/1s7/instances`);
    await rig.get('/v2-beta/projects');
    await rig.get(`${P}/stacks`);
    await rig.upgrade('1s7', 'acme/web:2.0.0');
    await rig.get('/ping');
    const { body } = await rig.get('/simulator/traffic');

    expect(body).toMatchObject({ requests: 7, byMethod: { GET: count(6), POST: count(1) } });
    expect(body.byKind).toEqual({
      list: count(1),
      service: count(1),
      instances: count(1),
      environments: count(1),
      action: count(1),
      other: count(2),
    });
  });

  it('counts the bytes on the wire, zipped as they go out, heads included', async () => {
    const { text } = await rig.get(`${P}/services`, { headers: { 'accept-encoding': 'gzip' } });
    const zipped = rig.simulator.traffic.report();
    rig.simulator.traffic.clear();
    await rig.get(`${P}/services`);
    const plain = rig.simulator.traffic.report();

    expect(zipped.bytesOut).toBeGreaterThan(500);
    expect(zipped.bytesOut).toBeLessThan(text.length / 2);
    expect(plain.bytesOut).toBeGreaterThan(text.length);
    expect(plain.bytesIn).toBeGreaterThan(P.length + 20);
    expect(plain.byKind.list).toEqual({ count: 1, bytesIn: plain.bytesIn, bytesOut: plain.bytesOut });
  });

  it('counts event sockets, and what they were sent', async () => {
    const reader = await rig.listen();
    rig.clock.advance(10_000);
    const [first] = await reader.heard();
    const { body } = await rig.get('/simulator/traffic');

    const ping = 2 + 2 + JSON.stringify(first).length;
    expect(body.sockets).toEqual({ open: 1, opened: 1, mostOpen: 1 });
    expect(body.frames).toEqual({ ping: { count: 2, bytesIn: 0, bytesOut: ping * 2 } });
    expect(body.byKind.subscribe.bytesIn).toBeGreaterThan(100);
    expect(body.bytesOut).toBe(body.byKind.subscribe.bytesOut + ping * 2);
    expect(body.requests).toBe(1);
  });

  it('knows how many requests were under way at once, in all and for one service', async () => {
    const slow = rig.simulator.faults.add({ kind: 'latency', ms: 1000 });
    const asked = ['1s7', '1s7', '1s7', '1s9'].map((id) => rig.get(`${P}/services/${id}`));
    while (slow.hits < 4) await new Promise(setImmediate);
    const during = rig.simulator.traffic.report().underWay;
    rig.clock.advance(1000);
    await Promise.all(asked);
    slow.remove();
    await rig.get('/ping');
    const after = rig.simulator.traffic.report().underWay;

    expect(during).toEqual({ now: 4, most: 4, mostPerService: { service: '1s7', number: 3 } });
    expect(after).toEqual({ ...during, now: 0 });
  });

  it('counts what gets no answer', async () => {
    rig.simulator.faults.add({ kind: 'reset' });

    await expect(rig.get(`${P}/services`)).rejects.toThrow(/socket hang up|ECONNRESET/);

    expect(rig.simulator.traffic.report()).toMatchObject({
      requests: 1,
      byKind: { list: { count: 1 } },
      underWay: { now: 0 },
    });
  });

  it('begins anew when it is emptied, but for what is open', async () => {
    await rig.listen();
    await rig.get(`${P}/services`);
    rig.clock.advance(5000);

    await rig.send('DELETE', '/simulator/traffic');
    const { body } = await rig.get('/simulator/traffic');

    expect(body).toEqual({
      since: rig.clock.now(),
      requests: 0,
      bytesIn: 0,
      bytesOut: 0,
      byMethod: {},
      byKind: {},
      frames: {},
      sockets: { open: 1, opened: 0, mostOpen: 1 },
      underWay: { now: 0, most: 0, mostPerService: { service: null, number: 0 } },
    });
  });
});
