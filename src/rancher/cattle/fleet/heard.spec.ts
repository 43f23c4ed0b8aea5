import { describe, expect, it } from '@jest/globals';
import { aServiceResource } from '../../../../test/fakes/cattle-resources.js';
import type { Json } from '../api/cattle.wire.js';
import { heardIn } from './heard.js';

function heard(resourceType: string, resourceId: string, resource: object | null) {
  return heardIn({ resourceType, resourceId, resource: resource as Json | null, sentMs: 7 });
}

describe(heardIn, () => {
  it.each(['service', 'loadBalancerService'])('reads what a %s is now', (type) => {
    const resource = aServiceResource({ type });

    expect(heard(type, '1s7', resource)).toEqual({ of: 'service', id: '1s7', resource, sentMs: 7 });
  });

  it.each<[string, object | null]>([
    ['is left out', null],
    ['is another', aServiceResource({ id: '1s8' })],
    ['lacks its state', { ...aServiceResource(), state: undefined }],
    ['has a launchConfig that is none', { ...aServiceResource(), launchConfig: 'x' }],
  ])('knows only which service has changed where its resource %s', (_, resource) => {
    expect(heard('service', '1s7', resource)).toEqual({
      of: 'service',
      id: '1s7',
      resource: null,
      sentMs: 7,
    });
  });

  it('reads what a stack is called', () => {
    const resource = { id: '1st3', type: 'stack', name: 'shop', state: 'active' };

    expect(heard('stack', '1st3', resource)).toEqual({ of: 'stack', id: '1st3', name: 'shop' });
  });

  it.each(['container', 'instance', 'virtualMachine'])('reads whose a %s is', (type) => {
    const resource = { id: '1i5', type, serviceIds: ['1s7', '1s8'] };

    expect(heard(type, '1i5', resource)).toEqual({ of: 'container', services: ['1s7', '1s8'] });
  });

  it.each<[string, object | null]>([
    ['is left out', null],
    ['does not tell', { id: '1i5' }],
    ['tells nothing', { id: '1i5', serviceIds: null }],
    ['tells nonsense', { id: '1i5', serviceIds: [7] }],
  ])('does not know whose a container is where its resource %s', (_, resource) => {
    expect(heard('container', '1i5', resource)).toEqual({ of: 'container', services: null });
  });

  it.each([null, { id: '1st3', name: null }])(
    'does not know what a stack is called by now: %j',
    (resource) => {
      expect(heard('stack', '1st3', resource)).toEqual({ of: 'stack', id: '1st3', name: null });
    },
  );

  it.each<[string, object | null]>([
    ['dnsService', { ...aServiceResource(), type: 'dnsService' }],
    ['host', { id: '1h1', type: 'host', name: 'h', state: 'active' }],
  ])('makes nothing of a %s (%j)', (type, resource) => {
    expect(heard(type, 'x', resource)).toEqual({ of: 'nothing' });
  });
});
