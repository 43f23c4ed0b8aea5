import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { Log } from '../../common/log.js';
import type { ServiceRef } from '../../domain/service.js';
import type { Hold, JournalEntry, Rollout, TallyRow, Upgrade } from '../../domain/upgrade.js';
import { StoreSettings } from '../store.settings.js';
import {
  UpgradeStore,
  type Change,
  type DueQuery,
  type IdempotencyKey,
  type JournalQuery,
  type ListQuery,
  type OutboxItem,
  type Page,
  type ServiceHistory,
  type UpgradeRecord,
  type Written,
} from '../upgrade-store.js';
import { moving, nextOutboxDue, nextWorkDue, outbox, startable, unplanned, watched } from './due.js';
import { prune } from './prune.js';
import { find, list, tally } from './read.js';
import { historyOf, holds, journal, key, queuedOf, running } from './records.js';
import { SqliteConnection } from './sqlite-connection.js';
import { probe, write } from './write.js';

/** Keeps upgrades in one SQLite file on a local disk, for one process. */
@Injectable()
export class SqliteStore extends UpgradeStore implements OnModuleInit, OnApplicationShutdown {
  private readonly written = new Subject<Written>();
  override readonly changes$ = this.written.asObservable();
  private readonly connection: SqliteConnection;

  constructor(
    settings: StoreSettings,
    private readonly clock: Clock,
    log: Log,
  ) {
    super();
    this.connection = new SqliteConnection(settings.AUTOUPDATE_DATA_DIR, clock, log);
  }

  onModuleInit(): void {
    this.connection.open();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.connection.close();
    this.written.complete();
  }

  override async commit(change: Change): Promise<void> {
    this.written.next(await this.connection.transact((db) => write(db, change)));
  }

  override find(upgradeId: string): Promise<UpgradeRecord | null> {
    return this.connection.transact((db) => find(db, upgradeId));
  }

  override list(query: ListQuery): Promise<Page> {
    return this.connection.transact((db) => list(db, query));
  }

  override tally(upgradeId: string): Promise<readonly TallyRow[]> {
    return this.connection.transact((db) => tally(db, upgradeId));
  }

  override unplanned(due: DueQuery): Promise<readonly Upgrade[]> {
    return this.connection.transact((db) => unplanned(db, due));
  }

  override startable(due: DueQuery): Promise<readonly Rollout[]> {
    return this.connection.transact((db) => startable(db, due));
  }

  override moving(): Promise<readonly Rollout[]> {
    return this.connection.transact(moving);
  }

  override watched(due: DueQuery): Promise<readonly Rollout[]> {
    return this.connection.transact((db) => watched(db, due));
  }

  override queuedOf(service: ServiceRef): Promise<readonly Rollout[]> {
    return this.connection.transact((db) => queuedOf(db, service));
  }

  override historyOf(service: ServiceRef, limit: number, after?: string): Promise<ServiceHistory> {
    return this.connection.transact((db) => historyOf(db, service, limit, after));
  }

  override running(image: string): Promise<readonly Upgrade[]> {
    return this.connection.transact((db) => running(db, image));
  }

  override journal(query: JournalQuery): Promise<readonly JournalEntry[]> {
    return this.connection.transact((db) => journal(db, query));
  }

  override holds(service?: ServiceRef): Promise<readonly Hold[]> {
    return this.connection.transact((db) => holds(db, service));
  }

  override key(name: string): Promise<IdempotencyKey | null> {
    return this.connection.transact((db) => key(db, name));
  }

  override prune(before: Date, keysBefore: Date, limit: number): Promise<number> {
    return this.connection.transact((db) => prune(db, before, keysBefore, limit));
  }

  override nextWorkDue(now: Date): Promise<Date | null> {
    return this.connection.transact((db) => nextWorkDue(db, now));
  }

  override outbox(due: DueQuery): Promise<readonly OutboxItem[]> {
    return this.connection.transact((db) => outbox(db, due));
  }

  override nextOutboxDue(now: Date): Promise<Date | null> {
    return this.connection.transact((db) => nextOutboxDue(db, now));
  }

  override check(): Promise<void> {
    return this.connection.transact((db) => probe(db, this.clock.now()));
  }
}
