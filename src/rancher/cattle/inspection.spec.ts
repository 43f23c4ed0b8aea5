import { describe, expect, it } from '@jest/globals';
import type { InstanceResource } from './api/cattle.wire.js';
import { containersOf } from './containers.js';
import { inspectionOf, type Inspector } from './inspection.js';

const PART = 'io.rancher.service.launch.config';
const MAIN = { [PART]: 'io.rancher.service.primary.launch.config' };

const SEEING: Inspector = { revision: 'new', blindness: null, isOwn: () => false };
const BLIND: Inspector = { ...SEEING, blindness: { why: 'is blind', remedy: 'open its eyes' } };

function container(more: Partial<InstanceResource> = {}): InstanceResource {
  return {
    id: '1i1',
    state: 'running',
    version: 'new',
    createdTS: 1000,
    externalId: 'aaa',
    labels: MAIN,
    dataVolumeMounts: {},
    ...more,
  };
}

describe(inspectionOf, () => {
  it('counts the running main containers by whether they are of the present revision', () => {
    const instances = [
      container({ createdTS: 3000 }),
      container({ version: 'old', createdTS: 2000 }),
      container({ version: 'older' }),
      container({ state: 'stopped', version: 'old', createdTS: 4000 }),
      container({ state: 'starting' }),
      container({ state: 'error', createdTS: null }),
    ];

    expect(inspectionOf(instances, SEEING)).toEqual({
      containers: containersOf(instances),
      current: 1,
      outdated: 2,
      newest: new Date(4000),
      blocked: null,
    });
  });

  it('counts neither sidekicks, which keep their revision, nor containers that are only selected', () => {
    const instances = [
      container({ labels: { [PART]: 'web-logger' }, version: '0', createdTS: 9000 }),
      container({ labels: {}, version: null, createdTS: 9000 }),
      container({ labels: null }),
    ];

    expect(inspectionOf(instances, SEEING)).toMatchObject({
      current: 1,
      outdated: 0,
      newest: new Date(1000),
      containers: [{ revision: '0' }, { revision: 'new' }],
    });
  });

  it('finds nothing in a service without containers', () => {
    expect(inspectionOf([], SEEING)).toEqual({
      containers: [],
      current: 0,
      outdated: 0,
      newest: null,
      blocked: null,
    });
  });

  it.each([
    ['uses secrets', [container({ dataVolumeMounts: { '/run/secrets': '1v6' } })]],
    [
      'used them and is stopped',
      [container({ state: 'stopped', dataVolumeMounts: { '/run/secrets': '1v6' } })],
    ],
    [
      'has a sidekick that uses secrets',
      [container(), container({ labels: { [PART]: 'side' }, dataVolumeMounts: { '/run/secrets': '1v6' } })],
    ],
    ['has no container to look at', []],
    ['has only a sidekick to look at', [container({ labels: { [PART]: 'side' } })]],
  ])('keeps a blind key from a service that %s', (_, instances) => {
    expect(inspectionOf(instances, BLIND).blocked).toMatchObject({
      code: 'secrets.hidden',
      message: expect.stringMatching(
        /the key is blind; open its eyes, or set AUTOUPDATE_ALLOW_SECRETS_LOSS=true$/,
      ),
    });
    expect(inspectionOf(instances, SEEING).blocked).toBeNull();
  });

  it.each([[{}], [null], [{ '/data': '1v6', '/run/secrets2': '1v7' }]])(
    'lets a blind key upgrade a service without secrets: %j',
    (dataVolumeMounts) => {
      expect(inspectionOf([container({ dataVolumeMounts })], BLIND).blocked).toBeNull();
    },
  );

  it('never lets the updater upgrade itself', () => {
    const inspector = { ...BLIND, isOwn: (id: string) => id === 'own' };
    const instances = [container({ externalId: null }), container({ externalId: 'own' })];

    expect(inspectionOf(instances, inspector).blocked).toMatchObject({ code: 'service.self' });
    expect(inspectionOf([container()], inspector).blocked).toBeNull();
  });
});
