import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/clock.js';
import { Log } from '../../../common/log.js';
import type { Named } from '../../../domain/service.js';
import { CattleEvents } from '../events/cattle.events.js';
import { CattleListings } from './cattle.listings.js';
import { EnvironmentFleet } from './environment-fleet.js';
import { FleetSettings } from './fleet.settings.js';
import { Followings } from './followings.js';

const MINUTE_MS = 60_000;

/** Makes what knows one environment. */
@Injectable()
export class EnvironmentFleetFactory {
  constructor(
    private readonly events: CattleEvents,
    private readonly listings: CattleListings,
    private readonly followings: Followings,
    private readonly settings: FleetSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /** Begins to listen, and lists. */
  open(environment: Named): EnvironmentFleet {
    const { events, listings, followings, clock, log } = this;
    const resyncMs = () => this.settings.AUTOUPDATE_RESYNC_MINUTES * MINUTE_MS * spread();
    return new EnvironmentFleet(environment, { events, listings, followings, clock, log, resyncMs });
  }
}

/** Keeps environments from being listed in step. */
function spread(): number {
  return 0.8 + 0.4 * Math.random();
}
