import { Module } from '@nestjs/common';
import { provideAll } from '../common/kinds.js';
import { provideSettings } from '../config/config.module.js';
import { HttpModule } from '../http/http.module.js';
import { NotifyModule } from '../notify/notify.module.js';
import { RancherModule } from '../rancher/rancher.module.js';
import { StoreModule } from '../store/store.module.js';
import { Outbox } from './telling/outbox.js';
import { PlanningRunner } from './planning/planning.runner.js';
import { POLICIES } from './policies/register.js';
import { POLICY_KINDS, VersionPolicy } from './policies/version-policy.js';
import { ServiceJudge } from './judging/service-judge.js';
import { CloseLooks } from './rollouts/close-looks.js';
import { LeftoverMove } from './rollouts/leftover.move.js';
import { RollbackMove } from './rollouts/rollback.move.js';
import { RolloutMoves } from './rollouts/rollout.moves.js';
import { RolloutRunner } from './rollouts/rollout.runner.js';
import { RolloutWriter } from './rollouts/rollout.writer.js';
import { Superseding } from './rollouts/superseding.js';
import { WatchedServices } from './rollouts/watched-services.js';
import { StartMove } from './rollouts/start.move.js';
import { CommandsController } from './routes/commands.controller.js';
import { EventStreams } from './routes/event-streams.js';
import { EventsController } from './routes/events.controller.js';
import { HoldService } from './holds/hold.service.js';
import { ServicesController } from './routes/services.controller.js';
import { UpgradeCommands } from './upgrade.commands.js';
import { UpgradeController } from './routes/upgrade.controller.js';
import { UpgradeEngine } from './upgrade.engine.js';
import { UpgradePlanner } from './planning/upgrade.planner.js';
import { UpgradePreview } from './planning/upgrade.preview.js';
import { UpgradeRecorder } from './recording/upgrade.recorder.js';
import { UpgradeService } from './upgrade.service.js';
import { UpgradeSettings } from './upgrade.settings.js';
import { WorkInHand } from './work-in-hand.js';

/** Decides which services an image is for, and carries the upgrades out. */
@Module({
  imports: [HttpModule, RancherModule, NotifyModule, StoreModule],
  controllers: [UpgradeController, CommandsController, ServicesController, EventsController],
  providers: [
    provideSettings(UpgradeSettings),
    ...provideAll(POLICY_KINDS, POLICIES),
    VersionPolicy,
    UpgradeService,
    UpgradeCommands,
    HoldService,
    EventStreams,
    ServiceJudge,
    UpgradePlanner,
    UpgradePreview,
    UpgradeRecorder,
    UpgradeEngine,
    PlanningRunner,
    CloseLooks,
    RolloutRunner,
    RolloutMoves,
    RolloutWriter,
    Superseding,
    WatchedServices,
    StartMove,
    RollbackMove,
    LeftoverMove,
    WorkInHand,
    Outbox,
  ],
})
export class UpgradeModule {}
