import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeOf, LOGOUT, PING } from '../../../../test/fakes/event-server.js';
import { readFrame, readMessage } from './cattle.event.js';

const KINDS: ReadonlySet<string> = new Set(['ping', 'logout', 'change', 'other']);

describe(readFrame, () => {
  it('knows a ping', () => {
    expect(readFrame(PING)).toEqual({ is: 'ping' });
  });

  it('knows a logout', () => {
    expect(readFrame(LOGOUT)).toEqual({ is: 'logout' });
  });

  it('knows a change, with the resource as it is and when it was sent', () => {
    const resource = { id: '1s7', type: 'loadBalancerService', state: 'upgraded', links: {}, actions: {} };
    const text = JSON.stringify({
      id: '0b2c',
      name: 'resource.change',
      resourceId: '1s7',
      resourceType: 'loadBalancerService',
      data: { resource },
      time: 1488903000000,
    });

    expect(readFrame(text)).toEqual({
      is: 'change',
      event: { resourceType: 'loadBalancerService', resourceId: '1s7', resource, sentMs: 1_488_903_000_000 },
    });
  });

  it.each([
    ['no data', undefined],
    ['null for data', null],
    ['a list for data', [{ id: '1s7' }]],
    ['data without a resource', {}],
    ['a resource that is none', { resource: 'gone' }],
    ['a list for a resource', { resource: [{ id: '1s7' }] }],
    ['a resource without an id', { resource: { type: 'service' } }],
    ['another resource', { resource: { id: '1s8', type: 'service' } }],
  ])('takes a change with %s for one without its resource', (_, data) => {
    const text = JSON.stringify({
      name: 'resource.change',
      resourceId: '1s7',
      resourceType: 'service',
      data,
    });

    expect(readFrame(text)).toEqual({
      is: 'change',
      event: { resourceType: 'service', resourceId: '1s7', resource: null, sentMs: null },
    });
  });

  it.each(['../../../../simulator', 'x1/evil1/y1?inj1', '1s7/', '1s7?', '', '7'])(
    'takes a change of %p, which is no id, for no event of Cattle',
    (id) => {
      expect(readFrame(changeOf('1s7'))).toMatchObject({ is: 'change' });
      expect(readFrame(changeOf(id))).toEqual({ is: 'other' });
    },
  );

  it.each([
    '',
    'null',
    '0',
    '-1e999',
    '"ping"',
    '["ping"]',
    '[]',
    '{}',
    '{"name":["ping"]}',
    '{"name":"PING"}',
    '{"name":"resource.changed","resourceId":"1s7","resourceType":"service"}',
    '{"name":"resource.change"}',
    '{"name":"resource.change","resourceId":7,"resourceType":"service"}',
    '{"name":"resource.change","resourceId":"1s7","resourceType":null}',
    '{"__proto__":{"name":"ping"}}',
    '{"name":"ping"',
    '\u0000{"name":"ping"}',
    '<html>Bad Gateway</html>',
  ])('finds nothing in %j', (text) => {
    expect(readFrame(text)).toEqual({ is: 'other' });
  });

  it.each([
    ['brackets', '['.repeat(5_000_000)],
    ['objects in objects', '{"a":'.repeat(1_000_000)],
    ['text', JSON.stringify('x'.repeat(5_000_000))],
  ])('outlives 5 MB of %s', (_, text) => {
    expect(readFrame(text)).toEqual({ is: 'other' });
  });

  it('reads a change of 5 MB', () => {
    const resource = { id: '1s7', description: 'x'.repeat(5_000_000) };

    expect(readFrame(changeOf('1s7', { resource }))).toMatchObject({ is: 'change', event: { resource } });
  });

  it('never throws, whatever comes', () => {
    const nearlyEvents = fc.record(
      {
        name: fc.oneof(fc.constantFrom('ping', 'logout', 'resource.change'), fc.jsonValue()),
        resourceId: fc.oneof(fc.constant('1s7'), fc.jsonValue()),
        resourceType: fc.oneof(fc.constant('service'), fc.jsonValue()),
        time: fc.jsonValue(),
        data: fc.oneof(fc.record({ resource: fc.jsonValue() }), fc.jsonValue()),
      },
      { requiredKeys: [] },
    );
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      nearlyEvents.map((event) => JSON.stringify(event)),
    );

    fc.assert(fc.property(texts, (text) => KINDS.has(readFrame(text).is)));
  });
});

describe(readMessage, () => {
  const LONG = 'x'.repeat(512 * 1024);

  it('reads a message of half a MiB', () => {
    const resource = { id: '1s7', type: 'service', description: 'x'.repeat(512 * 1024 - 200) };

    expect(readMessage(Buffer.from(changeOf('1s7', { resource })))).toMatchObject({ event: { resource } });
  });

  it('takes a longer one for a change of which it is not told how', () => {
    const resource = { id: '1s7', type: 'service', description: LONG };

    expect(readMessage(Buffer.from(changeOf('1s7', { resource })))).toEqual({
      is: 'change',
      event: { resourceType: 'service', resourceId: '1s7', resource: null, sentMs: null },
    });
  });

  it.each([
    ['nothing tells what it is of', `[${LONG}]`, 'lost'],
    [
      'that stands behind what it brings',
      `{"data":"${LONG}","name":"resource.change","resourceId":"1s7"}`,
      'lost',
    ],
    ['that is no id', changeOf('../1s7', { resource: LONG }), 'other'],
    [
      'it is something else',
      changeOf('1s7', { resource: LONG }).replace('resource.change', 'other'),
      'other',
    ],
  ])('tells of a longer one where %s', (_, text, is) => {
    expect(readMessage(Buffer.from(text))).toEqual({ is });
  });
});
