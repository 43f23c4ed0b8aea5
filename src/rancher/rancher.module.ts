import { Module, type Type } from '@nestjs/common';
import { provideList } from '../common/kinds.js';
import { CattleBackend } from './cattle/cattle.backend.js';
import { CattleModule } from './cattle/cattle.module.js';
import type { RancherBackend } from './rancher.backend.js';
import { BACKENDS, RancherService } from './rancher.service.js';

/** A kind of Rancher: what answers the contract, and the module that makes it of its parts and exports it. */
interface BackendKind {
  readonly backend: Type<RancherBackend>;
  readonly module: Type;
}

/** The kinds of Rancher that there are. */
export const BACKEND_KINDS: readonly BackendKind[] = [{ backend: CattleBackend, module: CattleModule }];

/** Everything that the service does on Rancher. */
@Module({
  imports: BACKEND_KINDS.map(({ module }) => module),
  providers: [
    RancherService,
    provideList(
      BACKENDS,
      BACKEND_KINDS.map(({ backend }) => backend),
    ),
  ],
  exports: [RancherService],
})
export class RancherModule {}
