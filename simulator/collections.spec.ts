import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { Json } from './testing/json.js';
import { P, Rig, type Answer } from './testing/rig.js';

function ids({ body }: Answer): readonly string[] {
  return body.data.map((row: Json) => row.id);
}

describe('collections', () => {
  let rig: Rig;

  beforeEach(async () => {
    rig = await Rig.start();
  });

  afterEach(() => rig.close());

  it('shows a hundred rows and where the next ones are', async () => {
    addMany(98);

    const first = await rig.get(`${P}/services`);
    const second = await rig.get(first.body.pagination.next.slice(rig.simulator.url.length));

    expect(first.body.data).toHaveLength(100);
    expect(first.body.pagination).toEqual({
      first: null,
      previous: null,
      next: `${rig.simulator.url}${P}/services?marker=m100`,
      limit: 100,
      total: null,
      partial: true,
    });
    expect(second.body.data).toHaveLength(1);
    expect(second.body.pagination).toMatchObject({ next: null, partial: false });
    const numbers = [...ids(first), ...ids(second)].map((id) => Number(id.slice(2)));
    expect(numbers).toEqual(numbers.toSorted((one, other) => one - other));
  });

  it.each([
    ['5000', 3000],
    ['-1', 3000],
    ['0', 3000],
    ['x', 100],
    ['7', 7],
  ])('reads limit=%s as %d', async (limit, used) => {
    const { body } = await rig.get(`${P}/services?limit=${limit}`);

    expect(body.pagination.limit).toBe(used);
  });

  it('keeps the query in the next page’s link', async () => {
    addMany(3);

    const { body } = await rig.get(`${P}/services?limit=2&kind=service`);

    expect(body.pagination.next).toBe(`${rig.simulator.url}${P}/services?limit=2&kind=service&marker=m2`);
  });

  it.each([
    ['zzz', ['1s7', '1s9']],
    ['m1', ['1s9', '1s10']],
    ['m500', []],
  ])('takes marker=%s for an offset', async (marker, rows) => {
    expect(ids(await rig.get(`${P}/services?limit=2&marker=${marker}`))).toEqual(rows);
  });

  it.each([
    ['name=web', ['1s7']],
    ['name_prefix=we', ['1s7']],
    ['name_like=%25a%25', ['1s10']],
    ['name_notlike=%25a%25', ['1s7', '1s9']],
    ['name_ne=web', ['1s9', '1s10']],
    ['state_ne=removed', ['1s7', '1s9', '1s10']],
    ['state=active&state=inactive', []],
    ['stackId=1st3', ['1s7', '1s9', '1s10']],
    ['stackId=1e3', ['1s7', '1s9', '1s10']],
    ['stackId=garbage', []],
    ['kind=dnsService', ['1s10']],
    ['id=9', ['1s9']],
    ['id=1s9', []],
    ['id_gt=7', ['1s9', '1s10']],
    ['system=false', ['1s7', '1s9', '1s10']],
    ['removed_null=true', ['1s7', '1s9', '1s10']],
    ['removed_notnull=true', []],
    ['healthState=healthy', ['1s7', '1s9', '1s10']],
  ])('filters by %s', async (query, rows) => {
    expect(ids(await rig.get(`${P}/services?${query}`))).toEqual(rows);
  });

  it('shows the filters it has used', async () => {
    const { body } = await rig.get(`${P}/services?name=web&stackId=1st3`);

    expect(body.filters).toMatchObject({
      name: [{ value: 'web', modifier: 'eq' }],
      stackId: [{ value: '3', modifier: 'eq' }],
      state: null,
    });
  });

  it.each([
    'nosuch=1',
    'environmentId=1e3',
    'name_nosuch=x',
    'state_like=x',
    'launchConfig.imageUuid=docker:acme/web:1.0.0',
  ])('ignores %s and answers everything', async (query) => {
    const answer = await rig.get(`${P}/services?${query}`);

    expect([answer.status, ids(answer)]).toEqual([200, ['1s7', '1s9', '1s10']]);
  });

  it('skips a row when one goes between two pages', async () => {
    await rig.get(`${P}/services?limit=1`);
    rig.simulator.fleet.purgeService(rig.service('web'));

    const second = await rig.get(`${P}/services?limit=1&marker=m1`);

    expect(ids(second)).toEqual(['1s10']);
  });

  it('nests the rows of the first include only', async () => {
    const both = await rig.get(`${P}/services?name=web&include=stack&include=instances`);
    const instances = await rig.get(`${P}/services?name=web&include=instances`);

    expect(both.body.data[0].stack).toMatchObject({ id: '1st3', type: 'stack' });
    expect(both.body.data[0]).not.toHaveProperty('instances');
    expect(instances.body.data[0].instances).toHaveLength(2);
  });

  it('hides removed services from lists but still answers them by id', async () => {
    await rig.send('DELETE', `${P}/services/1s7`);
    rig.until('1s7', 'removed');

    const list = await rig.get(`${P}/services`);
    const withRemoved = await rig.get(`${P}/services?_removed=true`);
    const byId = await rig.get(`${P}/services/1s7`);
    const upgrade = await rig.act('upgrade', '1s7', {});

    expect(ids(list)).toEqual(['1s9', '1s10']);
    expect(ids(withRemoved)).toEqual(['1s7', '1s9', '1s10']);
    expect(byId.status).toBe(200);
    expect(byId.body).toMatchObject({ state: 'removed', removed: expect.any(String), instanceIds: null });
    expect(Object.keys(byId.body.actions)).toEqual([
      'removeservicelink',
      'addservicelink',
      'setservicelinks',
    ]);
    expect([upgrade.status, upgrade.body.code]).toEqual([422, 'ActionNotAvailable']);
  });

  it('sorts by a filterable field and shows the reverse', async () => {
    const answer = await rig.get(`${P}/services?sort=name&order=desc`);

    expect(ids(answer)).toEqual(['1s7', '1s9', '1s10']);
    expect(answer.body.sort).toEqual({
      name: 'name',
      reverse: `${rig.simulator.url}${P}/services?sort=name&order=asc`,
      order: 'desc',
    });
  });

  it('lists one kind at its own address', async () => {
    expect(ids(await rig.get(`${P}/loadbalancerservices`))).toEqual(['1s9']);
  });

  function addMany(count: number): void {
    for (let number = 0; number < count; number += 1) {
      rig.simulator.fleet.addService('Default', 'shop', { name: `more-${number}`, image: 'acme/more:1' });
    }
  }
});
