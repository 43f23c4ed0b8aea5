import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { Ending } from '../../common/ending.js';
import { Log } from '../../common/log.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { ServiceRef } from '../../domain/service.js';
import type { JournalEntry, Upgrade } from '../../domain/upgrade.js';
import { StoreSettings } from '../store.settings.js';
import {
  UpgradeStore,
  type AuditPage,
  type AuditQuery,
  type Change,
  type Choose,
  type DueQuery,
  type IdempotencyKey,
  type JournalQuery,
  type ListQuery,
  type OutboxHead,
  type OutboxItem,
  type Page,
  type ServiceHistory,
  type Standing,
  type UpgradeRecord,
  type Workload,
  type Written,
} from '../upgrade-store.js';
import { pruneAudit, readAudit } from './audit.js';
import { moving, nextWorkDue, outbox, outboxHeads, startable, unplanned, watched } from './due.js';
import { prune } from './prune.js';
import { find, list } from './read.js';
import { historyOf, holds, journal, key, openOf, overtakenBy, rollout, running } from './records.js';
import { standing, writeChosen } from './standing.js';
import { HELD_MS, REOPEN_MS, SqliteConnection } from './sqlite-connection.js';
import { workload } from './workload.js';
import { probe, write } from './write.js';

/** Keeps upgrades in one SQLite file on a local disk, for one process. */
@Injectable()
export class SqliteStore extends UpgradeStore implements OnModuleInit, OnApplicationShutdown {
  private readonly written = new Subject<Written>();
  override readonly changes$ = this.written.asObservable();
  override readonly timings$: UpgradeStore['timings$'];
  private readonly connection: SqliteConnection;
  private readonly stopping = new AbortController();

  constructor(
    settings: StoreSettings,
    private readonly clock: Clock,
    log: Log,
    private readonly ending: Ending,
  ) {
    super();
    this.connection = new SqliteConnection(settings.AUTOUPDATE_DATA_DIR, clock, log);
    this.timings$ = this.connection.timings$;
  }

  onModuleInit(): void {
    this.connection.open();
    void this.outwait();
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.connection.close();
    this.written.complete();
  }

  /** Another process may be about to stop: a container that is replaced for instance. */
  private async outwait(): Promise<void> {
    const since = this.clock.monotonicMs();
    for (let held = this.connection.heldElsewhere; held; held = this.connection.heldElsewhere) {
      if (this.clock.monotonicMs() - since >= HELD_MS) return this.ending.because(held);
      await this.clock.sleep(REOPEN_MS, this.stopping.signal);
      if (this.stopping.signal.aborted) return;
      this.connection.open();
    }
  }

  override async commit(change: Change): Promise<Written> {
    const written = await this.connection.write((db) => write(db, change));
    this.written.next(written);
    return written;
  }

  override async commitOn(upgradeId: string, choose: Choose): Promise<Written | null> {
    const written = await this.connection.write((db) => writeChosen(db, upgradeId, choose));
    if (written) this.written.next(written);
    return written;
  }

  override find(upgradeId: string): Promise<UpgradeRecord | null> {
    return this.connection.read((db) => find(db, upgradeId));
  }

  override list(query: ListQuery): Promise<Page> {
    return this.connection.read((db) => list(db, query));
  }

  override standing(upgradeId: string): Promise<Standing | null> {
    return this.connection.read((db) => standing(db, upgradeId));
  }

  override rollout(rolloutId: string): Promise<Rollout | null> {
    return this.connection.read((db) => rollout(db, rolloutId));
  }

  override overtakenBy(upgradeId: string): Promise<readonly Rollout[]> {
    return this.connection.read((db) => overtakenBy(db, upgradeId));
  }

  override unplanned(due: DueQuery): Promise<readonly Upgrade[]> {
    return this.connection.read((db) => unplanned(db, due));
  }

  override startable(due: DueQuery): Promise<readonly Rollout[]> {
    return this.connection.read((db) => startable(db, due));
  }

  override moving(): Promise<readonly Rollout[]> {
    return this.connection.read(moving);
  }

  override watched(due: DueQuery): Promise<readonly Rollout[]> {
    return this.connection.read((db) => watched(db, due));
  }

  override openOf(service: ServiceRef): Promise<readonly Rollout[]> {
    return this.connection.read((db) => openOf(db, service));
  }

  override historyOf(service: ServiceRef, limit: number, after?: string): Promise<ServiceHistory> {
    return this.connection.read((db) => historyOf(db, service, limit, after));
  }

  override running(image: string): Promise<readonly Upgrade[]> {
    return this.connection.read((db) => running(db, image));
  }

  override journal(query: JournalQuery): Promise<readonly JournalEntry[]> {
    return this.connection.read((db) => journal(db, query));
  }

  override audit(query: AuditQuery, signal?: AbortSignal): Promise<AuditPage> {
    return readAudit(query, (work) => this.connection.read(work), signal);
  }

  override holds(service?: ServiceRef): Promise<readonly Hold[]> {
    return this.connection.read((db) => holds(db, service));
  }

  override key(name: string): Promise<IdempotencyKey | null> {
    return this.connection.read((db) => key(db, name));
  }

  override async prune(before: Date, keysBefore: Date, limit: number): Promise<number> {
    const found = await this.connection.write((db) => prune(db, before, keysBefore, limit));
    if (found > 0) await this.connection.shrink();
    return found;
  }

  override workload(): Promise<Workload> {
    return this.connection.read(workload);
  }

  override pruneAudit(before: Date, limit: number): Promise<number> {
    return this.connection.write((db) => pruneAudit(db, before, limit));
  }

  override nextWorkDue(now: Date): Promise<Date | null> {
    return this.connection.read((db) => nextWorkDue(db, now));
  }

  override outboxHeads(): Promise<readonly OutboxHead[]> {
    return this.connection.read(outboxHeads);
  }

  override outbox(channel: string, limit: number, skip = 0): Promise<readonly OutboxItem[]> {
    return this.connection.read((db) => outbox(db, channel, limit, skip));
  }

  override check(): Promise<void> {
    return this.connection.write((db) => probe(db, this.clock.now()));
  }
}
