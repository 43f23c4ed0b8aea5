import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { P, Rig } from '../testing/rig.js';

describe('faults of containers', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
    rig.simulator.fleet.addService('Default', 'shop', { name: 'one', id: '1s20', image: 'a/b:1' });
    rig.simulator.fleet.addService('Default', 'shop', {
      name: 'api',
      id: '1s21',
      image: 'a/api:1',
      healthCheck: true,
    });
  });

  afterEach(() => rig.close());

  it('shows an image that cannot be pulled as an error after two seconds, until it appears', async () => {
    const fault = rig.simulator.faults.add({ kind: 'image-missing', image: 'a/b:2' });
    await rig.upgrade('1s20', 'a/b:2');
    rig.clock.advance(2000);
    const early = await rig.get(`${P}/services/1s20`);
    const signs = new Set<string>();
    for (let second = 0; second < 60; second += 1) {
      rig.clock.advance(1000);
      signs.add(`${rig.service('one').state} ${rig.service('one').transitioning}`);
    }

    fault.remove();
    rig.until('one', 'upgraded');

    expect(early.body.transitioningMessage).toMatch(
      /^Failed to allocate instance \[container:1i\d+\]: Bad instance \[container:1i\d+\] in state \[error\]: .*a\/b:2/,
    );
    expect([...signs]).toEqual(['upgrading error']);
    expect(rig.service('one').transitioning).toBe('no');
  });

  it('rolls a failed upgrade back with a fresh container of the old image', async () => {
    rig.simulator.faults.add({ kind: 'image-missing', image: 'docker:a/b:2' });
    const before = rig.service('one').instances.map(({ id }) => id);
    await rig.upgrade('1s20', 'a/b:2');
    rig.clock.advance(5000);

    await rig.act('rollback', '1s20');
    rig.until('one', 'active');
    const instances = rig.service('one').instances;

    expect(instances.map(({ version, state }) => [version, state])).toEqual([['0', 'running']]);
    expect(before).not.toContain(instances[0]?.id);
  });

  it('waits for ever for health, names what it waits for, and replaces the container in time', async () => {
    const fault = rig.simulator.faults.add({ kind: 'never-healthy', service: 'api' });
    await rig.upgrade('1s21', 'a/api:2');
    rig.clock.advance(30_000);
    const early = rig.service('api').transitioningMessage;
    rig.clock.advance(30_000);
    const late = rig.service('api').transitioningMessage;
    const first = rig.service('api').instances.at(-1)?.id;
    rig.clock.advance(90_000);

    expect(early).toBe('In Progress');
    expect(late).toMatch(/^Waiting: healthy \[container:1i\d+\]$/);
    expect(rig.service('api')).toMatchObject({ state: 'upgrading', transitioning: 'yes' });
    expect(rig.service('api').instances.at(-1)?.id).not.toBe(first);

    fault.remove();
    rig.until('api', 'upgraded');
  });

  it('lets a container become healthy late', async () => {
    rig.simulator.faults.add({ kind: 'healthy-after', image: 'a/api:2', ms: 20_000 });
    await rig.upgrade('1s21', 'a/api:2');
    rig.clock.advance(20_000);
    const before = rig.service('api').state;

    rig.clock.advance(2000);

    expect([before, rig.service('api').state]).toEqual(['upgrading', 'upgraded']);
  });

  it('takes a crash-looping container for a running one where no health check says otherwise', async () => {
    rig.simulator.faults.add({ kind: 'crash-loop', image: 'a/b:2', everyMs: 1000 });
    await rig.upgrade('1s20', 'a/b:2');

    rig.until('one', 'upgraded');
    rig.clock.advance(10_000);

    expect(rig.service('one').instances.at(-1)?.startCount).toBeGreaterThan(4);
  });

  it('fails for ever on an unknown network mode, which the API accepts', async () => {
    const { status } = await rig.upgrade('1s20', 'a/b:2', {}, { networkMode: 'nosuch' });
    rig.clock.advance(60_000);

    expect([status, rig.service('one').state]).toEqual([202, 'upgrading']);
    expect(rig.service('one').transitioningMessage).toContain(
      'Failed to find network for networkMode nosuch',
    );
  });

  it('pulls slowly', async () => {
    rig.simulator.faults.add({ kind: 'slow-pull', image: 'a/b:2', ms: 30_000 });
    await rig.upgrade('1s20', 'a/b:2');

    rig.clock.advance(30_000);

    expect(rig.service('one').instances.at(-1)?.state).toBe('starting');
    rig.until('one', 'upgraded');
  });
});

describe('faults of requests', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it.each([
    [{ kind: 'unauthorized' } as const, 401, 'application/json; charset=utf-8'],
    [{ kind: 'forbidden', environment: 'Default' } as const, 403, 'application/json; charset=utf-8'],
    [{ kind: 'server-error' } as const, 500, 'application/json; charset=utf-8'],
    [{ kind: 'server-error', status: 503, retryAfter: '7' } as const, 503, 'application/json; charset=utf-8'],
    [{ kind: 'proxy-page' } as const, 502, 'text/html'],
    [{ kind: 'proxy-page', status: 200 } as const, 200, 'text/html'],
    [{ kind: 'too-many', retryAfter: '7' } as const, 429, 'text/html'],
    [{ kind: 'redirect', location: 'https://r.example/' } as const, 302, 'text/html'],
  ])('answers %j', async (fault, status, type) => {
    rig.simulator.faults.add(fault);

    const answer = await rig.get(`${P}/services`);

    expect([answer.status, answer.headers['content-type']]).toEqual([status, type]);
    expect(answer.headers).toMatchObject({
      ...('retryAfter' in fault ? { 'retry-after': fault.retryAfter } : {}),
      ...('location' in fault ? { location: fault.location } : {}),
    });
  });

  it('happens so many times, after so many, to a method and a path', async () => {
    rig.simulator.faults.add({
      kind: 'server-error',
      times: 2,
      after: 1,
      method: 'GET',
      path: '/services/1s7',
    });

    const statuses: number[] = [];
    for (let round = 0; round < 4; round += 1) {
      await rig.get(`${P}/services/1s9`);
      statuses.push((await rig.get(`${P}/services/1s7`)).status);
    }

    expect(statuses).toEqual([200, 500, 500, 200]);
  });

  it('forbids one environment only', async () => {
    rig.simulator.faults.add({ kind: 'forbidden', environment: '1a6' });

    const own = await rig.get(`${P}/services`, { key: 'admin' });
    const other = await rig.get('/v2-beta/projects/1a6/services', { key: 'admin' });

    expect([own.status, other.status]).toEqual([200, 403]);
  });

  it('lets a proxy give up on what is done all the same', async () => {
    rig.simulator.faults.add({ kind: 'proxy-page', status: 504, committed: true, times: 1 });

    const { status } = await rig.upgrade('1s7', 'acme/web:2');

    expect([status, rig.service('web').state]).toEqual([504, 'upgrading']);
  });

  it('can be taken off the network and come back, while the world goes on', async () => {
    await rig.upgrade('1s7', 'acme/web:2');
    await rig.simulator.unplug();
    const away = await rig.get('/ping').catch((error: NodeJS.ErrnoException) => error.code);
    rig.until('web', 'upgraded');

    await rig.simulator.plug();
    const { body } = await rig.get(`${P}/services/1s7`);

    expect(away).toBe('ECONNREFUSED');
    expect(body.state).toBe('upgraded');
  });

  it('drops a header, however it is spelled, and no other', async () => {
    const fault = rig.simulator.faults.add({ kind: 'drop-header', header: 'x-api-account-kind' });

    const dropped = await rig.get(`${P}/services/1s7`);
    fault.remove();
    const whole = await rig.get(`${P}/services/1s7`);

    const kept = Object.keys(whole.headers).filter((name) => name !== 'x-api-account-kind');
    expect(Object.keys(dropped.headers)).toEqual(kept);
    expect(dropped.body).toEqual(whole.body);
    expect(whole.headers).toHaveProperty('x-api-account-kind', 'project');
    expect(rig.simulator.journal.requests[0]).toMatchObject({ status: 200, faults: ['drop-header'] });
  });

  it('answers 409 with nothing stored', async () => {
    rig.simulator.faults.add({ kind: 'conflict', times: 1, service: 'shop/web' });

    const { status, body } = await rig.upgrade('1s7', 'acme/web:2');

    expect([status, body.code, body.message]).toEqual([409, 'Conflict', 'Conflict']);
    expect(rig.service('web')).toMatchObject({
      state: 'active',
      image: 'docker:acme/web:1.0.0',
      version: '0',
    });
  });

  it('answers 409 with the launchConfig stored and the containers untouched; an upgrade repairs it', async () => {
    rig.simulator.faults.add({ kind: 'conflict', stored: true, times: 1, action: 'upgrade' });

    const { status } = await rig.upgrade('1s7', 'acme/web:2');
    rig.clock.advance(10_000);
    const { body } = await rig.get(`${P}/services/1s7`);
    const versions = rig.service('web').instances.map(({ version }) => version);
    const again = await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    expect(status).toBe(409);
    expect(body).toMatchObject({
      state: 'active',
      upgrade: null,
      launchConfig: { imageUuid: 'docker:acme/web:2' },
    });
    expect(versions).toEqual(['0', '0']);
    expect(again.status).toBe(202);
  });

  it('leaves reads alone unless a conflict names GET', async () => {
    const { faults } = rig.simulator;
    const writes = faults.add({ kind: 'conflict' });
    const read = await rig.get(`${P}/services`);
    writes.remove();
    faults.add({ kind: 'conflict', method: 'GET' });

    expect([read.status, (await rig.get(`${P}/services`)).status]).toEqual([200, 409]);
  });

  it('resets a connection before anything is done', async () => {
    rig.simulator.faults.add({ kind: 'reset', times: 1, method: 'POST' });

    await expect(failure(rig.upgrade('1s7', 'acme/web:2'))).resolves.toMatch(/ECONNRESET|hang up/);

    expect(rig.service('web').state).toBe('active');
  });

  it('loses a reply after the upgrade has been accepted', async () => {
    rig.simulator.faults.add({ kind: 'lost-reply', times: 1, action: 'upgrade' });

    await expect(failure(rig.upgrade('1s7', 'acme/web:2'))).resolves.toMatch(/ECONNRESET|hang up/);

    expect((await rig.get(`${P}/services/1s7`)).body.state).toBe('upgrading');
    expect(rig.simulator.journal.requests[0]).toMatchObject({ status: null, faults: ['lost-reply'] });
  });

  it.each([true, false])('never answers, whether committed (%s) or not', async (committed) => {
    rig.simulator.faults.add({ kind: 'hang', committed, times: 1, action: 'upgrade' });
    const lost = failure(rig.upgrade('1s7', 'acme/web:2'));
    await received(1);

    expect(rig.service('web').state).toBe(committed ? 'upgrading' : 'active');
    await rig.close();
    await expect(lost).resolves.toMatch(/ECONNRESET|hang up/);
  });

  it('answers after a latency of the simulated clock', async () => {
    rig.simulator.faults.add({ kind: 'latency', ms: 5000 });
    let done = false;
    const reply = rig.get(`${P}/services`).then(() => {
      done = true;
    });
    await received(1);
    rig.clock.advance(4999);
    const before = done;
    rig.clock.advance(1);
    await reply;

    expect([before, done]).toEqual([false, true]);
  });

  it('lets a body trickle', async () => {
    rig.simulator.faults.add({ kind: 'trickle', bytes: 100, everyMs: 1000, path: '/services/1s7' });
    const reply = rig.get(`${P}/services/1s7`);
    await received(1);
    rig.clock.advance(3_600_000);

    expect((await reply).body.id).toBe('1s7');
  });

  async function received(count: number): Promise<void> {
    while (rig.simulator.journal.requests.length < count)
      await new Promise((resolve) => setImmediate(resolve));
  }
});

describe('two upgrades in one window', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('accepts both, each with its own image in its answer; the later one stays', async () => {
    rig.simulator.faults.add({ kind: 'race', times: 1, service: 'web' });

    const first = await rig.upgrade('1s7', 'acme/web:2');
    const second = await rig.upgrade('1s7', 'acme/web:3');
    const third = await rig.upgrade('1s7', 'acme/web:4');
    rig.until('web', 'upgraded');
    const { body } = await rig.get(`${P}/services/1s7`);

    expect([first.status, second.status, third.status]).toEqual([202, 202, 422]);
    expect(first.body.launchConfig.imageUuid).toBe('docker:acme/web:2');
    expect(second.body.launchConfig.imageUuid).toBe('docker:acme/web:3');
    expect(body.launchConfig.imageUuid).toBe('docker:acme/web:3');
    expect(body.upgrade.inServiceStrategy.previousLaunchConfig.version).toBe('0');
  });

  it('lets somebody else’s image win', async () => {
    rig.simulator.faults.add({ kind: 'race', image: 'acme/web:9', winner: 'theirs' });

    const ours = await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    expect(ours.body.launchConfig.imageUuid).toBe('docker:acme/web:2');
    expect(rig.service('web')).toMatchObject({ image: 'docker:acme/web:9' });
    expect(rig.service('web').instances.at(-1)?.version).toBe(rig.service('web').version);
  });

  it('accepts two finishes at once', async () => {
    rig.simulator.faults.add({ kind: 'race', action: 'finishupgrade', times: 1 });
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    const statuses = [
      await rig.act('finishupgrade'),
      await rig.act('finishupgrade'),
      await rig.act('finishupgrade'),
    ];

    expect(statuses.map(({ status }) => status)).toEqual([202, 202, 422]);
  });

  it('may lose the upgrade record: a rollback then keeps the new image', async () => {
    rig.simulator.faults.add({ kind: 'race', image: 'acme/web:9', variant: 'upgrade-null' });
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');
    const { body } = await rig.get(`${P}/services/1s7`);

    const rollback = await rig.act('rollback');
    rig.until('web', 'active');

    expect(body.upgrade).toBeNull();
    expect(rollback.status).toBe(202);
    expect(rig.service('web').image).toBe('docker:acme/web:2');
  });

  it('may take the other’s configuration for the previous one', async () => {
    rig.simulator.faults.add({ kind: 'race', image: 'acme/web:9', variant: 'previous-is-other' });
    await rig.upgrade('1s7', 'acme/web:2');
    rig.until('web', 'upgraded');

    await rig.act('rollback');
    rig.until('web', 'active');

    expect(rig.service('web').image).toBe('docker:acme/web:9');
  });
});

function failure(reply: Promise<unknown>): Promise<string> {
  return reply.then(
    () => 'answered',
    (error: unknown) => String(error),
  );
}
