import { HttpModule } from '@nestjs/axios';
import { Module, type Type } from '@nestjs/common';
import { provideAll } from '../common/kinds.js';
import { provideSettings } from '../config/config.module.js';
import { CattleClient } from './cattle/api/cattle.client.js';
import { CattleTransport } from './cattle/api/cattle.transport.js';
import { CattleBackend } from './cattle/cattle.backend.js';
import { CattleEnvironments } from './cattle/cattle.environments.js';
import { CattleNames } from './cattle/cattle.names.js';
import { CattleServices } from './cattle/cattle.services.js';
import { CattleSettings } from './cattle/cattle.settings.js';
import { OwnContainer } from './own-container.js';
import type { RancherBackend } from './rancher.backend.js';
import { BACKENDS, RancherService } from './rancher.service.js';
import { RancherWatcher } from './rancher.watcher.js';

/** The kinds of Rancher that there are. */
export const BACKEND_KINDS: Type<RancherBackend>[] = [CattleBackend];

/** Everything that the service does on Rancher. */
@Module({
  imports: [HttpModule],
  providers: [
    RancherService,
    RancherWatcher,
    ...provideAll(BACKENDS, BACKEND_KINDS),
    OwnContainer,
    provideSettings(CattleSettings),
    CattleTransport,
    CattleClient,
    CattleEnvironments,
    CattleNames,
    CattleServices,
  ],
  exports: [RancherService],
})
export class RancherModule {}
