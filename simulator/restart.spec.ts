import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from './testing/rig.js';

describe('a restart', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('cuts event sockets without a close frame, and refuses connections until it is back', async () => {
    const reader = await rig.listen();

    await rig.simulator.unplug();
    const { code } = await reader.ended;
    const refused = await rig.get(`${P}/services`).catch(String);
    await rig.simulator.plug();
    const answer = await rig.get(`${P}/services`);

    expect(code).toBe(1006);
    expect(refused).toMatch(/ECONNREFUSED/);
    expect(answer.status).toBe(200);
  });

  it('tells nobody what happened just before and meanwhile, also not later', async () => {
    const before = await rig.listen();
    const alice = rig.simulator.as('alice');
    alice.scale(rig.service('1s7'), 3);

    await rig.simulator.unplug();
    await before.ended;
    alice.scale(rig.service('1s9'), 2);
    rig.clock.advance(5000);
    await rig.simulator.plug();
    const after = await rig.listen();
    rig.clock.advance(5000);

    expect(before.frames).toEqual([]);
    expect((await after.heard()).map(({ name }) => name)).toEqual(['ping']);
    expect(rig.service('1s7')).toMatchObject({ state: 'active', scale: 3 });
  });

  it('is away for a time by the control route, which answers first', async () => {
    const reader = await rig.listen();

    const answer = await rig.post('/simulator/unplug', { ms: 30_000 });
    await reader.ended;
    const refused = await rig.get('/simulator').catch(String);
    rig.clock.advance(29_999);
    const still = await rig.get('/simulator').catch(String);
    rig.clock.advance(1);
    await rig.simulator.plug();
    const back = await rig.get('/simulator');

    expect(answer.status).toBe(200);
    expect([refused, still]).toEqual([
      expect.stringMatching(/ECONNREFUSED/),
      expect.stringMatching(/ECONNREFUSED/),
    ]);
    expect(back.body.url).toBe(rig.simulator.url);
  });

  it('comes back by itself', async () => {
    await rig.simulator.unplug(30_000);

    rig.clock.advance(29_999);
    const early = await rig.get('/ping').catch(String);
    rig.clock.advance(1);
    let late = early;
    while (typeof late === 'string') late = await rig.get('/ping').catch(String);

    expect(early).toMatch(/ECONNREFUSED/);
    expect(late).toMatchObject({ status: 200 });
  });

  it('stays away where it was taken off by hand since', async () => {
    await rig.simulator.unplug(1000);
    await rig.simulator.unplug();

    rig.clock.advance(60_000);
    await new Promise(setImmediate);

    expect(await rig.get('/ping').catch(String)).toMatch(/ECONNREFUSED/);
  });

  it('can be had again and again, and leaves nothing behind', async () => {
    for (let round = 0; round < 20; round += 1) {
      const reader = await rig.listen();
      await rig.simulator.unplug();
      await rig.simulator.plug();
      await rig.simulator.plug();
      await reader.ended;
    }

    expect(rig.simulator.traffic.report()).toMatchObject({
      sockets: { open: 0, opened: 20, mostOpen: 1 },
      underWay: { now: 0 },
    });
  });

  it.each([[{}], [{ ms: 0 }], [{ ms: 'long' }]])('refuses to be away for %j', async (body) => {
    expect((await rig.post('/simulator/unplug', body)).status).toBe(400);
  });
});
