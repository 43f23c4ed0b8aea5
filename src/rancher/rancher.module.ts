import { HttpModule } from '@nestjs/axios';
import { Module, type Type } from '@nestjs/common';
import { provideAll } from '../common/kinds.js';
import { provideSettings } from '../config/config.module.js';
import { CattleClient } from './cattle/api/cattle.client.js';
import { CattleTransport } from './cattle/api/cattle.transport.js';
import { Rests } from './cattle/api/rests.js';
import { CattleBackend } from './cattle/cattle.backend.js';
import { CattleEnvironments } from './cattle/cattle.environments.js';
import { CattleNames } from './cattle/cattle.names.js';
import { CattleServices } from './cattle/cattle.services.js';
import { CattleSettings } from './cattle/cattle.settings.js';
import { OwnContainer } from './own-container.js';
import { CattleEvents } from './cattle/events/cattle.events.js';
import { CattleFleet } from './cattle/fleet/cattle.fleet.js';
import { CattleListings } from './cattle/fleet/cattle.listings.js';
import { EnvironmentFleetFactory } from './cattle/fleet/environment-fleet.factory.js';
import { FleetSettings } from './cattle/fleet/fleet.settings.js';
import { Followings } from './cattle/fleet/followings.js';
import type { RancherBackend } from './rancher.backend.js';
import { BACKENDS, RancherService } from './rancher.service.js';

/** The kinds of Rancher that there are. */
export const BACKEND_KINDS: Type<RancherBackend>[] = [CattleBackend];

/** Everything that the service does on Rancher. */
@Module({
  imports: [HttpModule],
  providers: [
    RancherService,
    ...provideAll(BACKENDS, BACKEND_KINDS),
    OwnContainer,
    provideSettings(CattleSettings),
    CattleTransport,
    Rests,
    CattleClient,
    CattleEnvironments,
    CattleNames,
    CattleServices,
    provideSettings(FleetSettings),
    CattleEvents,
    CattleListings,
    Followings,
    EnvironmentFleetFactory,
    CattleFleet,
  ],
  exports: [RancherService],
})
export class RancherModule {}
