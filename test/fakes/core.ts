import type { Clock } from '../../src/common/clock.js';
import type { Log } from '../../src/common/log.js';
import type { Notice } from '../../src/domain/notice.js';
import type { Channel } from '../../src/notify/channel.js';
import { Notifier } from '../../src/notify/notifier.js';
import { NotifyService } from '../../src/notify/notify.service.js';
import type { RancherBackend } from '../../src/rancher/rancher.backend.js';
import { RancherService } from '../../src/rancher/rancher.service.js';
import type { UpgradeStore } from '../../src/store/upgrade-store.js';
import { ServiceJudge } from '../../src/upgrade/judging/service-judge.js';
import { PlanningRunner } from '../../src/upgrade/planning/planning.runner.js';
import { UpgradePlanner } from '../../src/upgrade/planning/upgrade.planner.js';
import { POLICIES } from '../../src/upgrade/policies/register.js';
import { VersionPolicy } from '../../src/upgrade/policies/version-policy.js';
import { CloseLooks } from '../../src/upgrade/rollouts/close-looks.js';
import { LeftoverMove } from '../../src/upgrade/rollouts/leftover.move.js';
import { RollbackMove } from '../../src/upgrade/rollouts/rollback.move.js';
import { RolloutMoves } from '../../src/upgrade/rollouts/rollout.moves.js';
import { RolloutRunner } from '../../src/upgrade/rollouts/rollout.runner.js';
import { RolloutWriter } from '../../src/upgrade/rollouts/rollout.writer.js';
import { StartMove } from '../../src/upgrade/rollouts/start.move.js';
import { Superseding } from '../../src/upgrade/rollouts/superseding.js';
import { WatchedServices } from '../../src/upgrade/rollouts/watched-services.js';
import { Outbox } from '../../src/upgrade/telling/outbox.js';
import { UpgradeCommands } from '../../src/upgrade/upgrade.commands.js';
import { UpgradeEngine } from '../../src/upgrade/upgrade.engine.js';
import { UpgradeRecorder } from '../../src/upgrade/recording/upgrade.recorder.js';
import type { UpgradeSettings } from '../../src/upgrade/upgrade.settings.js';
import { WorkInHand } from '../../src/upgrade/work-in-hand.js';
import { aChannel } from './channels.js';

/** Takes every notice. */
export class Slack extends Notifier {
  override readonly kind = 'slack';

  readonly taken: Notice[] = [];

  override async deliver(_: Channel, notice: Notice): Promise<string> {
    this.taken.push(notice);
    return 'taken';
  }
}

/** The core put together as in one process of the service. */
export class Core {
  readonly rancher: RancherService;
  readonly recorder: UpgradeRecorder;
  readonly planner: UpgradePlanner;
  readonly rollbacks: RollbackMove;
  readonly moves: RolloutMoves;
  readonly rollouts: RolloutRunner;
  readonly superseding: Superseding;
  readonly planning: PlanningRunner;
  private readonly writer: RolloutWriter;
  private readonly notify: NotifyService;

  constructor(
    private readonly store: UpgradeStore,
    backend: RancherBackend,
    private readonly clock: Clock,
    private readonly settings: UpgradeSettings,
    private readonly log: Log,
    notifier: Notifier = new Slack(),
  ) {
    const rancher = new RancherService([backend]);
    this.notify = new NotifyService([notifier], [aChannel()], clock, log);
    const recorder = new UpgradeRecorder(store, this.notify, clock, log);
    this.writer = new RolloutWriter(recorder, log);
    const { writer } = this;
    const policy = new VersionPolicy(POLICIES.map((Kind) => new Kind()));
    const judge = new ServiceJudge(policy, settings);
    this.rancher = rancher;
    this.recorder = recorder;
    this.planner = new UpgradePlanner(rancher, store, judge, settings, clock);
    this.rollbacks = new RollbackMove(rancher, writer, clock);
    const starts = new StartMove(rancher, writer, settings, clock);
    const leftovers = new LeftoverMove(rancher, store, writer, this.rollbacks, clock);
    this.moves = new RolloutMoves(rancher, store, writer, starts, this.rollbacks, leftovers, clock);
    const looks = new CloseLooks(rancher, store, clock);
    this.rollouts = new RolloutRunner(looks, store, judge, this.moves, settings, clock);
    this.superseding = new Superseding(store, this.moves);
    this.planning = new PlanningRunner(this.planner, recorder, this.superseding, settings, clock, log);
  }

  /** What somebody can decide, with the engine that has the work in hand. */
  commands(engine: UpgradeEngine): UpgradeCommands {
    const { rancher, recorder, writer, rollbacks } = this;
    return new UpgradeCommands(this.store, rancher, recorder, writer, rollbacks, engine, this.clock);
  }

  /** An outbox that is not started yet. */
  outbox(): Outbox {
    return new Outbox(this.store, this.notify, this.clock, this.log);
  }

  /** An engine that is not started yet. */
  engine(inHand = this.inHand()): UpgradeEngine {
    return new UpgradeEngine(this.store, this.planning, this.rollouts, inHand, this.clock);
  }

  inHand(): WorkInHand {
    return new WorkInHand(this.settings, this.clock, this.log);
  }

  watchedServices(inHand: WorkInHand): WatchedServices {
    return new WatchedServices(this.rancher, this.store, inHand, this.clock, this.log);
  }
}
