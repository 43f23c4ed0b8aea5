import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Reader } from '../testing/reader.js';
import { P, Rig } from '../testing/rig.js';

const PROD = '/v2-beta/projects/1a6/subscribe?eventNames=resource.change';

/** The scales of web, as heard. */
function scales(reader: Reader): readonly number[] {
  const services = reader.frames.filter(({ resourceType }) => resourceType === 'service');
  return services.map(({ data }) => data.resource.scale);
}

describe('faults of event sockets', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  /** Changes web once, and lets the change be published. */
  function change(scale: number): void {
    rig.simulator.as('alice').scale(rig.service('1s7'), scale);
    rig.clock.advance(2000);
  }

  it.each([400, 404, 426, 502, 503])('answers a handshake with a page of status %i', async (status) => {
    rig.simulator.faults.add({ kind: 'socket-refuse', status, retryAfter: '7', times: 1 });

    const refused = rig.listen();
    await expect(refused).rejects.toThrow(`Unexpected server response: ${status}`);
    const plain = await rig.get(`${P}/services`);
    const later = await rig.listen();

    expect(plain.status).toBe(200);
    expect(later.socket.readyState).toBe(later.socket.OPEN);
    expect(rig.simulator.journal.requests[0]).toMatchObject({ status, faults: ['socket-refuse'] });
  });

  it('passes a handshake on as a plain GET, like a proxy that does not know websockets', async () => {
    rig.simulator.faults.add({ kind: 'socket-refuse', status: 200 });

    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const answer = await rig.get(`${P}/subscribe?eventNames=resource.change`, { headers });

    expect(answer).toMatchObject({ status: 200, body: { type: 'collection', data: [] } });
  });

  it('says when to come again, where it refuses', async () => {
    rig.simulator.faults.add({ kind: 'socket-refuse', retryAfter: '30' });

    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const answer = await rig.get(`${P}/subscribe`, { headers });

    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  });

  it.each([
    ['unauthorized', 401],
    ['server-error', 500],
    ['proxy-page', 502],
  ] as const)('lets %s strike a handshake like any other GET', async (kind, status) => {
    rig.simulator.faults.add({ kind, path: '/subscribe' });

    await expect(rig.listen()).rejects.toThrow(`Unexpected server response: ${status}`);
  });

  it('cuts a handshake that never gets an answer when it goes off the network', async () => {
    rig.simulator.faults.add({ kind: 'hang', path: '/subscribe' });

    const outcome = rig.listen().catch((error: unknown) => String(error));
    await rig.get(`${P}/services`);
    await rig.simulator.unplug();

    expect(await outcome).toMatch(/socket hang up|ECONNRESET/);
  });

  it('freezes a socket that is already open, and lets what waited come when it thaws', async () => {
    const reader = await rig.listen();
    const fault = rig.simulator.faults.add({ kind: 'socket-freeze' });

    change(3);
    rig.clock.advance(20_000);
    const frozen = [...(await reader.heard())];
    fault.remove();
    await reader.heard();

    expect(frozen).toEqual([]);
    expect(scales(reader)).toContain(3);
    expect(reader.frames.filter(({ name }) => name === 'ping')).toHaveLength(4);
  });

  it('freezes a socket that is opened later, too, and only the one it names', async () => {
    rig.simulator.faults.add({ kind: 'socket-freeze', environment: 'Default', key: 'admin' });
    const frozen = await rig.listen(undefined, { key: 'admin' });
    const others = [await rig.listen(), await rig.listen(PROD, { key: 'admin' })];

    rig.clock.advance(5000);

    expect(await frozen.heard()).toEqual([]);
    for (const other of others) expect(await other.heard()).toHaveLength(1);
  });

  it('keeps a frozen socket open that is too far behind, and cuts it when it thaws', async () => {
    const reader = await rig.listen();
    const fault = rig.simulator.faults.add({ kind: 'socket-freeze' });

    rig.clock.advance(600_000);
    await reader.heard();
    const state = reader.socket.readyState;
    fault.remove();
    const { code } = await reader.ended;

    expect(state).toBe(reader.socket.OPEN);
    expect(code).toBe(1006);
    expect(reader.frames).toEqual([]);
  });

  it('cuts what is open at once and without a close frame, but not what is opened later', async () => {
    const open = await rig.listen();
    const elsewhere = await rig.listen(PROD, { key: 'admin' });

    const fault = rig.simulator.faults.add({ kind: 'socket-drop', environment: '1a5' });
    const { code } = await open.ended;
    const later = await rig.listen();
    rig.clock.advance(60_000);
    await later.heard();

    expect(code).toBe(1006);
    expect(fault.hits).toBe(1);
    expect(later.socket.readyState).toBe(later.socket.OPEN);
    expect(elsewhere.socket.readyState).toBe(elsewhere.socket.OPEN);
  });

  it('cuts what is opened later after a while, as long as the fault is there', async () => {
    const fault = rig.simulator.faults.add({ kind: 'socket-drop', afterMs: 7000 });
    const first = await rig.listen();

    rig.clock.advance(7000);
    const { code } = await first.ended;
    const second = await rig.listen();
    fault.remove();
    rig.clock.advance(20_000);

    expect(code).toBe(1006);
    expect(await second.heard()).toHaveLength(4);
  });

  it.each([
    [undefined, null],
    ['null', null],
    ['absent', undefined],
    ['empty', {}],
  ] as const)('tells of a change without its resource, as %j (check 78)', async (form, data) => {
    const reader = await rig.listen();
    rig.simulator.faults.add({ kind: 'socket-bare', form, service: 'web', times: 1 });

    change(3);
    const [bare] = await reader.changes();

    expect(bare).toMatchObject({ name: 'resource.change', resourceType: 'service', resourceId: '1s7' });
    expect(bare.data).toEqual(data);
  });

  it('sends each change more than once', async () => {
    const reader = await rig.listen();
    rig.simulator.faults.add({ kind: 'socket-duplicate', extra: 2, times: 1 });

    change(3);
    const [first, second, third, fourth] = await reader.changes();

    expect([second, third]).toEqual([first, first]);
    expect(fourth?.id).not.toBe(first.id);
  });

  it('sends everything late, in order, also what follows when the fault is gone', async () => {
    const reader = await rig.listen();
    const fault = rig.simulator.faults.add({ kind: 'socket-slow', ms: 10_000 });

    change(3);
    const early = [...(await reader.heard())];
    fault.remove();
    change(4);
    const before = [...(await reader.heard())];
    rig.clock.advance(9000);
    await reader.heard();

    expect([early, before]).toEqual([[], []]);
    expect([...new Set(scales(reader))]).toEqual([3, 4]);
    const times = reader.frames.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('sends changes late and in another order, the same in each run', async () => {
    const orders: (readonly number[])[] = [];
    for (let run = 0; run < 2; run += 1) {
      const fresh = await Rig.start();
      const reader = await fresh.listen();
      fresh.simulator.faults.add({ kind: 'socket-reorder', ms: 8000 });
      for (let scale = 3; scale < 9; scale += 1) {
        fresh.simulator.as('alice').scale(fresh.service('1s7'), scale);
        fresh.clock.advance(2000);
      }
      fresh.clock.advance(8000);
      await reader.heard();
      orders.push(scales(reader));
      await fresh.close();
    }

    expect(new Set(orders[0])).toEqual(new Set([3, 4, 5, 6, 7, 8]));
    expect(orders[0]).not.toEqual(orders[0]?.toSorted((one, other) => one - other));
    expect(orders[1]).toEqual(orders[0]);
  });

  it('gives frames the same ids, whatever faults decide by lot', async () => {
    const ids: (readonly string[])[] = [];
    for (const kind of ['socket-reorder', 'socket-slow'] as const) {
      const fresh = await Rig.start();
      const reader = await fresh.listen();
      fresh.simulator.faults.add({ kind, ms: 8000 });
      fresh.simulator.as('alice').scale(fresh.service('1s7'), 3);
      fresh.clock.advance(20_000);
      await reader.heard();
      ids.push(reader.frames.map(({ id }) => String(id)).toSorted());
      await fresh.close();
    }

    expect(ids[0]?.length).toBeGreaterThan(3);
    expect(ids[1]).toEqual(ids[0]);
  });

  it('loses a share of the changes, but no ping', async () => {
    const healthy = await rig.listen(undefined, { key: 'user' });
    const reader = await rig.listen();
    const fault = rig.simulator.faults.add({ kind: 'socket-lose', share: 0.5, key: 'env' });

    for (let scale = 3; scale < 30; scale += 1) change(scale);
    const all = await healthy.changes();
    const heard = await reader.changes();

    expect(heard.length).toBeGreaterThan(all.length * 0.3);
    expect(heard.length).toBeLessThan(all.length * 0.7);
    expect(fault.hits).toBe(all.length - heard.length);
    expect(reader.frames.filter(({ name }) => name === 'ping')).toHaveLength(10);
  });

  it('carries the resource as it was some seconds ago', async () => {
    const reader = await rig.listen();
    rig.simulator.faults.add({ kind: 'socket-lie', ms: 4000, service: 'web' });

    for (let scale = 3; scale < 8; scale += 1) change(scale);
    await reader.heard();
    const late = reader.frames.filter(
      ({ resourceType, time }) => resourceType === 'service' && time > rig.clock.now() - 2000,
    );

    expect(late.map(({ data }) => data.resource.scale)).toEqual([5, 5]);
  });

  it('remembers what it lies about while other services change', async () => {
    const reader = await rig.listen();
    rig.simulator.fleet.addService('Default', 'shop', { name: 'api', id: '1s21', image: 'a/api:1' });
    rig.simulator.faults.add({ kind: 'socket-lie', ms: 4000, service: 'web' });

    for (let scale = 3; scale < 8; scale += 1) {
      change(scale);
      rig.simulator.as('alice').scale(rig.service('1s21'), scale);
      rig.clock.advance(2000);
    }
    await reader.heard();
    const last = (id: string) => reader.frames.findLast(({ resourceId }) => resourceId === id);

    expect(last('1s7')?.data.resource.scale).toBe(6);
    expect(last('1s21')?.data.resource.scale).toBe(7);
  });

  it('has forgotten, when it lies again, what it was told of a service before that has changed since', async () => {
    const reader = await rig.listen();
    const lie = () => rig.simulator.faults.add({ kind: 'socket-lie', ms: 4000, service: 'web' });
    const first = lie();
    for (const scale of [3, 4]) change(scale);
    first.remove();
    for (const scale of [5, 6]) change(scale);
    lie();
    change(7);
    await reader.heard();

    expect(scales(reader).at(-1)).toBe(7);
  });

  it.each([
    [{ kind: 'socket-refuse', status: 426, retryAfter: '5', environment: 'Default' }],
    [{ kind: 'socket-freeze', key: 'env' }],
    [{ kind: 'socket-drop', afterMs: 100 }],
    [{ kind: 'socket-bare', form: 'absent', times: 3 }],
    [{ kind: 'socket-duplicate', extra: 1 }],
    [{ kind: 'socket-slow', ms: 10 }],
    [{ kind: 'socket-reorder', ms: 10 }],
    [{ kind: 'socket-lose', share: 0.1 }],
    [{ kind: 'socket-lie', ms: 3000 }],
  ])('is switched on by the control route: %j', async (fault) => {
    const { status } = await rig.post('/simulator/faults', fault);
    const { body } = await rig.get('/simulator/faults');

    expect(status).toBe(200);
    expect(body.faults).toMatchObject([fault]);
  });

  it.each([
    [{ kind: 'socket-slow' }, 'fault.ms must be a number.'],
    [{ kind: 'socket-lose' }, 'fault.share must be a number.'],
    [{ kind: 'socket-bare', form: 'odd' }, 'fault.form must be one of null, absent, empty.'],
  ])('refuses %j on the control route', async (fault, message) => {
    expect(await rig.post('/simulator/faults', fault)).toMatchObject({ status: 400, body: { message } });
  });
});
