import { describe, expect, it } from '@jest/globals';
import type { InstanceResource } from './api/cattle.wire.js';
import { containersOf } from './containers.js';

const PART = 'io.rancher.service.launch.config';
const MAIN = { [PART]: 'io.rancher.service.primary.launch.config' };
const CHECK = { healthCheck: { type: 'instanceHealthCheck', port: 8080 } };
const ONCE = { ...MAIN, 'io.rancher.container.start_once': 'true' };

/** A container without a health check, as Cattle shows it. */
function instance(more: Partial<InstanceResource> = {}): InstanceResource {
  return {
    id: '1i42',
    state: 'running',
    version: 'new',
    createdTS: 1000,
    healthState: null,
    healthCheck: null,
    startCount: 1,
    labels: MAIN,
    ...more,
  };
}

describe(containersOf, () => {
  it('says in our words what Cattle knows of a container', () => {
    expect(containersOf([instance({ startCount: 3 })])).toEqual([
      { id: '1i42', revision: 'new', running: true, sound: true, starts: 3, state: 'running' },
    ]);
  });

  it('lists main containers and sidekicks of every revision, in the order of the answer', () => {
    const instances = [
      instance({ id: '1i1', version: '0', state: 'stopped' }),
      instance({ id: '1i2', version: '0', labels: { [PART]: 'logger' } }),
      instance({ id: '1i3', labels: null }),
    ];

    expect(containersOf(instances).map(({ id, revision }) => [id, revision])).toEqual([
      ['1i1', '0'],
      ['1i2', '0'],
      ['1i3', 'new'],
    ]);
  });

  it.each([[null], [undefined]])('leaves out those that are only selected: version %p', (version) => {
    const { version: _, ...selected } = instance();

    expect(containersOf([{ ...selected, ...(version === null && { version }) }])).toEqual([]);
  });

  it.each([
    [null, 0],
    [undefined, 0],
    [0, 0],
    [7, 7],
  ])('takes a startCount of %p for %p starts', (startCount, starts) => {
    const { startCount: _, ...unstarted } = instance();

    expect(containersOf([{ ...unstarted, ...(startCount !== undefined && { startCount }) }])).toMatchObject([
      { starts },
    ]);
  });

  it.each([
    ['running', true],
    ['creating', false],
    ['starting', false],
    ['restarting', false],
    ['stopping', false],
    ['stopped', false],
    ['error', false],
    ['removing', false],
    ['unheard-of', false],
  ])('takes a container without a health check in the state %s for sound: %p', (state, expected) => {
    const [container] = containersOf([instance({ state })]);

    expect(container).toMatchObject({ running: expected, sound: expected, state });
  });

  it.each([
    ['healthy', true],
    ['updating-healthy', true],
    ['initializing', false],
    ['reinitializing', false],
    ['unhealthy', false],
    ['updating-unhealthy', false],
    ['unheard-of', false],
    ['', false],
  ])('takes a running container whose health is %p for sound: %p, checked or not', (healthState, sound) => {
    for (const check of [CHECK, {}]) {
      expect(containersOf([instance({ ...check, healthState })])).toMatchObject([{ running: true, sound }]);
    }
  });

  it('takes a health-checked container of which nothing is heard yet for unsound', () => {
    expect(containersOf([instance({ ...CHECK, healthState: null })])).toMatchObject([
      { running: true, sound: false },
    ]);
  });

  it('is not deceived by the health that a stopped container has kept', () => {
    const stopped = instance({ ...CHECK, state: 'stopped', healthState: 'healthy' });

    expect(containersOf([stopped])).toMatchObject([{ running: false, sound: false }]);
  });

  it.each<[string, Partial<InstanceResource>, boolean]>([
    ['has ended', { state: 'stopped' }, true],
    ['has ended, whatever its health check said', { state: 'stopped', ...CHECK }, true],
    ['still runs', { state: 'running' }, true],
    ['runs and is not healthy yet', { ...CHECK, healthState: 'initializing' }, false],
    ['is being made', { state: 'creating', startCount: 0 }, false],
    ['starts', { state: 'starting', startCount: 0 }, false],
    ['is stopped and was never started', { state: 'stopped', startCount: 0 }, false],
    ['is stopped, and nothing tells of a start', { state: 'stopped', startCount: null }, false],
    ['is being stopped', { state: 'stopping' }, false],
    ['has failed', { state: 'error' }, false],
    ['is being removed', { state: 'removing' }, false],
  ])('takes a start-once container that %s for sound: %p', (_, more, sound) => {
    expect(containersOf([instance({ labels: ONCE, ...more })])).toMatchObject([{ sound }]);
  });

  it.each([
    ['True', true],
    ['false', false],
    ['1', false],
    ['', false],
  ])('reads the label start-once: %p means %p', (value, sound) => {
    const labels = { ...MAIN, 'io.rancher.container.start_once': value };

    expect(containersOf([instance({ labels, state: 'stopped' })])).toMatchObject([{ sound }]);
  });
});
