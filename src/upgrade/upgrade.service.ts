import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { withAnySignal } from '../common/any-signal.js';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';
import {
  atVersionOf,
  formatImageReference,
  repositoryOf,
  type ImageReference,
} from '../domain/image-reference.js';
import type { UpgradeOptions } from '../domain/upgrade.js';
import { UpgradeStore, type ListQuery, type Page, type UpgradeRecord } from '../store/upgrade-store.js';
import { isSettled } from './summary.js';
import { UpgradePreview } from './planning/upgrade.preview.js';

/** What a caller asks for. */
export interface Asked {
  readonly published: ImageReference;
  readonly options: UpgradeOptions;
  readonly requestId: string;
}

/** The commands and questions that every entrance has for upgrades. */
@Injectable()
export class UpgradeService {
  constructor(
    private readonly store: UpgradeStore,
    private readonly previews: UpgradePreview,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Writes an upgrade down, to be carried out from then on whatever happens; Rancher is not asked before.
   *
   * @throws UpdaterError `store.unavailable`: nothing was accepted.
   */
  async accept(asked: Asked): Promise<UpgradeRecord> {
    const record = this.newRecord(asked);
    const { id, image, options, requestId, createdAt, status } = record.upgrade;
    const entry = {
      at: createdAt,
      upgradeId: id,
      rolloutId: null,
      status,
      message: `accepted: ${image}`,
      reason: null,
    };
    await this.store.commit({ upgrade: record.upgrade, journal: [entry] });
    this.log.info(`accepted: ${image}`, { upgrade: id, image, request: requestId, ...options });
    return record;
  }

  /**
   * What an upgrade would do if it were accepted now; changes nothing.
   *
   * @throws UpdaterError `rancher.*` when Rancher cannot be asked.
   */
  preview(asked: Asked): Promise<UpgradeRecord> {
    return this.previews.of(this.newRecord(asked).upgrade);
  }

  /** @throws UpdaterError `request.not_found` */
  async find(upgradeId: string): Promise<UpgradeRecord> {
    const record = await this.store.find(upgradeId);
    if (record) return record;
    throw new UpdaterError('request.not_found', `there is no upgrade ${JSON.stringify(upgradeId)}`);
  }

  list(query: ListQuery): Promise<Page> {
    return this.store.list(query);
  }

  /**
   * The upgrade once it has settled, or as it is after `waitMs` milliseconds or when the signal is aborted.
   *
   * @throws UpdaterError `request.not_found`
   */
  async settled(upgradeId: string, waitMs: number, signal: AbortSignal): Promise<UpgradeRecord> {
    const settles = new AbortController();
    const changes = this.store.changes$.subscribe(({ upgrade }) => {
      if (upgrade?.id === upgradeId && isSettled(upgrade.status)) settles.abort();
    });
    try {
      const record = await this.find(upgradeId);
      if (isSettled(record.upgrade.status)) return record;
      await withAnySignal([signal, settles.signal], (any) => this.clock.sleep(waitMs, any));
      return await this.find(upgradeId);
    } finally {
      changes.unsubscribe();
    }
  }

  private newRecord({ published, options, requestId }: Asked): UpgradeRecord {
    const now = this.clock.now();
    const upgrade = {
      id: randomUUID(),
      image: formatImageReference(atVersionOf(published, published)),
      repository: repositoryOf(published),
      options,
      requestId,
      status: 'running',
      createdAt: now,
      finishedAt: null,
      planAt: now,
      outage: null,
      failures: 0,
      version: 0,
    } as const;
    return { upgrade, plans: [], rollouts: [] };
  }
}
