import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS } from '../../../../test/fakes/fleet-rig.js';
import { HandClock, idle } from '../../../../test/fakes/hand-clock.js';
import { ScriptedListings } from '../../../../test/fakes/scripted-listings.js';
import { ToldEvents } from '../../../../test/fakes/told-events.js';
import { createLog } from '../../../common/log.js';
import { EnvironmentFleetFactory } from './environment-fleet.factory.js';
import { FleetSettings } from './fleet.settings.js';
import { Followings } from './followings.js';

const IDS = Array.from({ length: 20 }, (_, index) => `1a${index}`);

describe(EnvironmentFleetFactory, () => {
  it('has environments listed again after the time that is set, a fifth sooner or later, and not in step', async () => {
    const clock = new HandClock();
    const events = new ToldEvents();
    const listings = new ScriptedListings();
    const settings = Object.assign(new FleetSettings(), { AUTOUPDATE_RESYNC_MINUTES: 30 });
    const log = createLog({
      level: 'error',
      format: 'json',
      secrets: [],
      destination: { write: () => true },
    });
    const fleets = new EnvironmentFleetFactory(events, listings, new Followings(clock), settings, clock, log);
    const all = IDS.map((id) => fleets.open({ id, name: id }));
    for (const id of IDS) events.opens(id);
    await idle();
    const counts: number[] = [];

    for (let minute = 0; minute < 36; minute += 1) {
      await clock.advance(MINUTE_MS);
      counts.push(listings.listed.length - IDS.length);
    }
    for (const fleet of all) fleet.close();

    const inMinutes = counts.map((count, index) => count - (counts[index - 1] ?? 0));
    expect(counts[22]).toBe(0);
    expect(counts[35]).toBe(IDS.length);
    expect(Math.max(...inMinutes)).toBeLessThan(IDS.length / 2);
    expect(new Set(listings.listed.slice(IDS.length))).toEqual(new Set(IDS));
  });
});
