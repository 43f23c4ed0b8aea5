import { HttpModule } from '@nestjs/axios';
import { Module } from '@nestjs/common';
import { provideSettings } from '../../config/config.module.js';
import { OwnContainer } from '../own-container.js';
import { CattleClient } from './api/cattle.client.js';
import { CattleExchange } from './api/cattle.exchange.js';
import { CattleTransport } from './api/cattle.transport.js';
import { Rests } from './api/rests.js';
import { CattleBackend } from './cattle.backend.js';
import { CattleEnvironments } from './cattle.environments.js';
import { CattleNames } from './cattle.names.js';
import { CattleServices } from './cattle.services.js';
import { CattleSettings } from './cattle.settings.js';
import { CattleEvents } from './events/cattle.events.js';
import { CattleFleet } from './fleet/cattle.fleet.js';
import { CattleListings } from './fleet/cattle.listings.js';
import { EnvironmentFleetFactory } from './fleet/environment-fleet.factory.js';
import { FleetSettings } from './fleet/fleet.settings.js';
import { Followings } from './fleet/followings.js';

/** Rancher 1.6. */
@Module({
  imports: [HttpModule],
  providers: [
    CattleBackend,
    OwnContainer,
    provideSettings(CattleSettings),
    CattleTransport,
    Rests,
    CattleExchange,
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
  exports: [CattleBackend],
})
export class CattleModule {}
