import { Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Subject } from 'rxjs';
import { Clock } from '../../common/clock.js';
import { Log } from '../../common/log.js';
import type { Rollout, TallyRow, Upgrade } from '../../domain/upgrade.js';
import { StoreSettings } from '../store.settings.js';
import {
  UpgradeStore,
  type Change,
  type DueQuery,
  type ListQuery,
  type OutboxItem,
  type Page,
  type UpgradeRecord,
} from '../upgrade-store.js';
import { awaiting, nextOutboxDue, nextWorkDue, outbox, startable, underWay, unplanned } from './due.js';
import { find, list, tally } from './read.js';
import { SqliteConnection } from './sqlite-connection.js';
import { probe, write } from './write.js';

/** Keeps upgrades in one SQLite file on a local disk, for one process. */
@Injectable()
export class SqliteStore extends UpgradeStore implements OnModuleInit, OnApplicationShutdown {
  private readonly written = new Subject<Change>();
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

  override underWay(): Promise<readonly Rollout[]> {
    return this.connection.transact(underWay);
  }

  override awaiting(due: DueQuery): Promise<readonly Rollout[]> {
    return this.connection.transact((db) => awaiting(db, due));
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
