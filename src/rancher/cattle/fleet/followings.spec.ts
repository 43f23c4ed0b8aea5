import { describe, expect, it } from '@jest/globals';
import { aServiceResource, inState } from '../../../../test/fakes/cattle-resources.js';
import { HandClock } from '../../../../test/fakes/hand-clock.js';
import type { ServiceResource } from '../api/cattle.wire.js';
import type { HeardOfService } from './heard.js';
import { Followings } from './followings.js';

function ref(id: string, environment = '1a5') {
  return { backend: 'cattle', environment, id };
}

function heard(id: string, resource: ServiceResource | null): HeardOfService {
  return { of: 'service', id, resource, sentMs: null };
}

/** Observed services, of each of which a reply has just told that it is upgraded. */
function followings(...refs: readonly ReturnType<typeof ref>[]) {
  const clock = new HandClock();
  const all = new Followings(clock);
  const followed = refs.map((service) => {
    const following = all.observe(service, () => true);
    following.asking();
    following.replied(inState('upgrading'));
    return following;
  });
  /** What each has to do. */
  const toDo = () => followed.map((following) => following.first()?.is ?? null);
  return { clock, all, toDo };
}

describe(Followings, () => {
  it('hands an event to the service of that id in that environment, and to no other', () => {
    const { all, toDo } = followings(ref('1s7'), ref('1s8'), ref('1s7', '1a6'));

    all.hearOfService('1a5', heard('1s7', inState('upgraded')), true);

    expect(toDo()).toEqual(['heard', null, null]);
  });

  it('keeps of what it hands on no more than a row', () => {
    const { all } = followings(ref('1s7'));
    const resource = { ...aServiceResource(inState('upgraded')), description: 'x'.repeat(9999) };

    all.hearOfService('1a5', heard('1s7', resource), true);

    expect(all.of(ref('1s7'))?.first()).toMatchObject({
      is: 'heard',
      resource: expect.not.objectContaining({ description: expect.anything() }),
    });
  });

  it('tells of containers the services that they belong to, or all where that is not known', () => {
    const [known, unknown] = [followings(ref('1s7'), ref('1s8')), followings(ref('1s7'), ref('1s8'))];
    for (const { all } of [known, unknown]) {
      for (const id of ['1s7', '1s8']) all.of(ref(id))?.replied(inState('upgraded'));
    }

    known.all.hearOfContainers('1a5', { of: 'container', services: ['1s8', '1s9'] });
    unknown.all.hearOfContainers('1a5', { of: 'container', services: null });

    expect(known.toDo()).toEqual([null, 'look']);
    expect(unknown.toDo()).toEqual(['look', 'look']);
  });

  it('tells of news of a service that nobody observes', () => {
    const { all } = followings(ref('1s7'));
    const told: object[] = [];
    all.unobserved$.subscribe((service) => told.push(service));

    all.hearOfService('1a5', heard('1s7', inState('upgraded')), true);
    all.hearOfService('1a5', heard('1s8', inState('upgraded')), false);
    all.hearOfService('1a5', heard('1s8', inState('active')), true);
    all.hearOfService('1a6', heard('1s7', null), true);

    expect(told).toEqual([
      { environment: '1a5', id: '1s8' },
      { environment: '1a6', id: '1s7' },
    ]);
  });

  it('tells of news also where we have acted on it, until somebody observes it, and again after that', () => {
    const { all } = followings();
    const told: string[] = [];
    all.unobserved$.subscribe(({ id }) => told.push(id));

    all.begin(ref('1s7'), () => true).asking();
    all.hearOfService('1a5', heard('1s7', inState('active')), true);
    const acted = told.splice(0);
    all.observe(ref('1s7'), () => true);
    all.hearOfService('1a5', heard('1s7', inState('upgrading')), true);
    const observed = told.splice(0);
    all.end(ref('1s7'));
    all.hearOfService('1a5', heard('1s7', inState('upgraded')), true);

    expect([acted, observed, told]).toEqual([['1s7'], [], ['1s7']]);
  });

  it('forgets what nobody has observed ten seconds after we acted on it, and nothing else', async () => {
    const { clock, all } = followings(ref('1s7'));
    all.begin(ref('1s8'), () => true).asking();
    all.begin(ref('1s8', '1a6'), () => true).asking();
    const known = () => ['1a5', '1a6'].filter((environment) => all.of(ref('1s8', environment)));
    await clock.advance(9999);
    all.begin(ref('1s9'), () => true).asking();
    const before = known();
    await clock.advance(1);
    all.begin(ref('1s10'), () => true).asking();

    expect([before, known()]).toEqual([['1a5', '1a6'], []]);
    expect([ref('1s7'), ref('1s9')].map((service) => all.of(service) !== undefined)).toEqual([true, true]);
  });

  it('lets all services of an environment doubt what they know, and no others', () => {
    const { all, toDo } = followings(ref('1s7'), ref('1s8'), ref('1s7', '1a6'));

    all.doubt('1a5');

    expect(toDo()).toEqual(['look', 'look', null]);
  });

  it('follows a service once, until the end', () => {
    const { all } = followings(ref('1s7'), ref('1s8'));
    const known = all.of(ref('1s7'));
    const again = all.begin(ref('1s7'), () => true);

    all.end(ref('1s7'));
    all.end(ref('1s7'));

    expect(again).toBe(known);
    expect(all.of(ref('1s7'))).toBeUndefined();
    expect(all.of(ref('1s8'))).toBeDefined();
  });
});
