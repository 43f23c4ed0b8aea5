import { Ending } from '../../src/common/ending.js';
import { createLog } from '../../src/common/log.js';
import type { Notice } from '../../src/domain/notice.js';
import type { Rollout } from '../../src/domain/rollout.js';
import type { EnvironmentPlan, Upgrade } from '../../src/domain/upgrade.js';
import { SqliteStore } from '../../src/store/sqlite/sqlite.store.js';
import { StoreSettings } from '../../src/store/store.settings.js';
import type {
  Change,
  Choose,
  DueQuery,
  OutboxItem,
  UpgradeRecord,
  Written,
} from '../../src/store/upgrade-store.js';
import type { WatchedServices } from '../../src/upgrade/rollouts/watched-services.js';
import type { UpgradeCommands } from '../../src/upgrade/upgrade.commands.js';
import type { UpgradeEngine } from '../../src/upgrade/upgrade.engine.js';
import { UpgradeSettings } from '../../src/upgrade/upgrade.settings.js';
import { Core } from './core.js';
import { HandClock, idle } from './hand-clock.js';
import { anUpgrade, aRollout, NOON } from './records.js';
import { ScriptedBackend } from './scripted-backend.js';

const NEVER = new AbortController().signal;

/** SQLite in memory; a test sets which changes it does not take. */
class FaultyStore extends SqliteStore {
  /** Why a change is not taken; null: it is. */
  refuses: (change: Change) => Error | null = () => null;
  readFault: Error | null = null;
  /** What an answer waits for after it was read. */
  readGate: Promise<unknown> | null = null;
  readonly commits: Change[] = [];

  override async commit(change: Change): Promise<Written> {
    const fault = this.refuses(change);
    if (fault) throw fault;
    const written = await super.commit(change);
    this.commits.push(change);
    return written;
  }

  override async commitOn(upgradeId: string, choose: Choose): Promise<Written | null> {
    const chosen: (Change | null)[] = [];
    const written = await super.commitOn(upgradeId, async (stored, find) => {
      const change = await choose(stored, find);
      const fault = change && this.refuses(change);
      if (fault) throw fault;
      chosen.push(change);
      return change;
    });
    const change = chosen.at(-1);
    if (change) this.commits.push(change);
    return written;
  }

  override async unplanned(due: DueQuery): Promise<readonly Upgrade[]> {
    if (this.readFault) throw this.readFault;
    return super.unplanned(due);
  }

  override async moving(): Promise<readonly Rollout[]> {
    if (this.readFault) throw this.readFault;
    const found = await super.moving();
    await this.readGate;
    return found;
  }
}

/** The core on a scripted Rancher, a store in memory and a clock turned by hand. */
export class UpgradeRig {
  readonly clock = new HandClock(NOON.getTime());
  readonly backend = new ScriptedBackend(this.clock);
  readonly logged: Record<string, unknown>[] = [];
  readonly settings = new UpgradeSettings();
  readonly log = createLog({
    level: 'debug',
    format: 'json',
    secrets: [],
    destination: { write: (line: string) => this.logged.push(JSON.parse(line)) },
  });
  readonly store = new FaultyStore(
    Object.assign(new StoreSettings(), { AUTOUPDATE_DATA_DIR: ':memory:' }),
    this.clock,
    this.log,
    new Ending(),
  );
  private readonly core = new Core(this.store, this.backend, this.clock, this.settings, this.log);
  readonly rancher = this.core.rancher;
  readonly recorder = this.core.recorder;
  readonly planner = this.core.planner;
  readonly rollbacks = this.core.rollbacks;
  readonly moves = this.core.moves;
  readonly rollouts = this.core.rollouts;
  readonly superseding = this.core.superseding;
  readonly planning = this.core.planning;
  private readonly engines: UpgradeEngine[] = [];
  private readonly watched: WatchedServices[] = [];

  constructor() {
    this.store.onModuleInit();
    this.logged.length = 0;
  }

  /** Starts an engine, as a process does that takes up what the store has. */
  async startEngine(): Promise<UpgradeEngine> {
    const inHand = this.core.inHand();
    const engine = this.core.engine(inHand);
    const watched = this.core.watchedServices(inHand);
    this.engines.push(engine);
    this.watched.push(watched);
    engine.onApplicationBootstrap();
    watched.onApplicationBootstrap();
    await idle();
    return engine;
  }

  /** Starts an engine, and answers the commands that act on what it has in hand. */
  async startCommands(): Promise<UpgradeCommands> {
    return this.core.commands(await this.startEngine());
  }

  /** Stops what still runs; time goes on meanwhile, so that what hangs is left. */
  async close(): Promise<void> {
    for (const watched of this.watched) watched.onModuleDestroy();
    const stopped = this.engines.map((engine) => engine.beforeApplicationShutdown());
    await this.clock.advance(10_000);
    await Promise.all(stopped);
    await this.store.onApplicationShutdown();
  }

  /** Stores an upgrade with its plans and rollouts, and answers them as stored. */
  async stored(
    upgrade: Partial<Upgrade>,
    rollouts: readonly Rollout[] = [],
    plans: readonly EnvironmentPlan[] = [],
  ): Promise<UpgradeRecord> {
    const whole = anUpgrade(upgrade);
    await this.store.commit({ upgrade: whole, plans, rollouts });
    return this.record(whole.id);
  }

  record(upgradeId = 'u1'): Promise<UpgradeRecord> {
    return this.recorder.recorded(upgradeId);
  }

  /** The rollout as stored. */
  async rollout(id = 'r1', upgradeId = 'u1'): Promise<Rollout> {
    const { rollouts } = await this.record(upgradeId);
    const found = rollouts.find((rollout) => rollout.id === id);
    if (found) return found;
    throw new Error(`there is no rollout ${id}`);
  }

  /** Stores a rollout and begins to run it. */
  async begin(overrides: Partial<Rollout> = {}, signal = NEVER): Promise<{ readonly end: Promise<void> }> {
    await this.stored({ planAt: null }, [aRollout(overrides)]);
    const end = this.rollouts.run(await this.rollout(), signal);
    end.catch(() => undefined);
    await idle();
    return { end };
  }

  /** Stores a rollout and runs it to where it ends or has to wait. */
  async ran(overrides: Partial<Rollout> = {}): Promise<void> {
    const { end } = await this.begin(overrides);
    await this.clock.advance(4000);
    await end;
  }

  /** Every notice ever stored, oldest first. */
  get notices(): readonly Notice[] {
    const items: readonly OutboxItem[] = this.store.commits.flatMap(({ outbox }) => outbox ?? []);
    return items.map(({ payload }) => payload as Notice);
  }

  /** The statuses in which a rollout was stored, one after the other. */
  statuses(id = 'r1'): readonly string[] {
    const written = this.store.commits.flatMap(({ rollouts }) => rollouts ?? []);
    return written.filter((rollout) => rollout.id === id).map(({ status }) => status);
  }
}
