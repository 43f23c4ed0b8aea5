import { NEVER, type Observable } from 'rxjs';
import type { Clock } from '../../src/common/clock.js';
import type { Log } from '../../src/common/log.js';
import { Secrets } from '../../src/common/secrets.js';
import { CattleBackend } from '../../src/rancher/cattle/cattle.backend.js';
import { CattleEnvironments } from '../../src/rancher/cattle/cattle.environments.js';
import { CattleNames } from '../../src/rancher/cattle/cattle.names.js';
import { CattleServices } from '../../src/rancher/cattle/cattle.services.js';
import type { CattleSettings } from '../../src/rancher/cattle/cattle.settings.js';
import { CattleEvents, type EventItem } from '../../src/rancher/cattle/events/cattle.events.js';
import { CattleFleet } from '../../src/rancher/cattle/fleet/cattle.fleet.js';
import { CattleListings } from '../../src/rancher/cattle/fleet/cattle.listings.js';
import { EnvironmentFleetFactory } from '../../src/rancher/cattle/fleet/environment-fleet.factory.js';
import { FleetSettings } from '../../src/rancher/cattle/fleet/fleet.settings.js';
import { Followings } from '../../src/rancher/cattle/fleet/followings.js';
import { OwnContainer } from '../../src/rancher/own-container.js';
import { cattleClient } from './cattle-stub.js';

/** An event socket that never says anything, unless a test says what. */
export class ScriptedEvents extends CattleEvents {
  constructor(private readonly items: Observable<EventItem> = NEVER) {
    super(...([] as unknown as ConstructorParameters<typeof CattleEvents>));
  }

  override of(): Observable<EventItem> {
    return this.items;
  }
}

interface OtherParts {
  readonly own?: OwnContainer;
  readonly events?: CattleEvents;
  readonly secrets?: string[];
}

/** The parts of the room for Cattle, put together as in the service; none has begun. */
export function cattleParts(
  settings: CattleSettings,
  clock: Clock,
  log: Log,
  { own = new OwnContainer(), events = new ScriptedEvents(), secrets = ['my-secret'] }: OtherParts = {},
) {
  const client = cattleClient(settings, clock);
  const environments = new CattleEnvironments(client, settings, clock, log);
  const listings = new CattleListings(client);
  const followings = new Followings(clock);
  const fleets = new EnvironmentFleetFactory(events, listings, followings, new FleetSettings(), clock, log);
  const fleet = new CattleFleet(environments, fleets, listings, clock, log);
  const names = new CattleNames(environments, fleet, listings, clock);
  const services = new CattleServices(
    client,
    environments,
    names,
    fleet,
    own,
    settings,
    new Secrets(secrets),
  );
  const backend = new CattleBackend(client, environments, services, fleet, followings);
  return { client, environments, listings, followings, fleet, names, services, backend };
}
