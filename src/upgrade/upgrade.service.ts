import { createHash, randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { withAnySignal } from '../common/any-signal.js';
import { breath } from '../common/breath.js';
import { Clock } from '../common/clock.js';
import { UpdaterError } from '../common/errors.js';
import { Log } from '../common/log.js';
import {
  atVersionOf,
  formatImageReference,
  repositoryOf,
  type ImageReference,
} from '../domain/image-reference.js';
import type { Origin } from '../domain/caller.js';
import type { JournalEntry, UpgradeOptions } from '../domain/upgrade.js';
import { Turns } from '../common/turns.js';
import {
  UpgradeStore,
  type IdempotencyKey,
  type ListQuery,
  type Page,
  type UpgradeRecord,
} from '../store/upgrade-store.js';
import { foundUpgrade } from './found-upgrade.js';
import { findJoined } from './joining.js';
import { hasMovingTag } from './policies/tag-order.js';
import { isSettled } from './summary.js';
import { auditEntry, originFields, ownKey } from './origin.js';
import { UpgradePreview } from './planning/upgrade.preview.js';
import { UpgradeSettings } from './upgrade.settings.js';

/** What a caller asks for. */
export interface Asked extends Origin {
  readonly published: ImageReference;
  readonly options: UpgradeOptions;
  /** The caller's own name for the request, in visible ASCII; null: it has none. */
  readonly key: string | null;
}

/** What became of a request: its upgrade, and whether that was there already. */
export interface Accepted {
  readonly record: UpgradeRecord;
  readonly isNew: boolean;
}

const MAX_HISTORY = 10_000;
/** As many entries are read at once: everything else has its turn after them. */
const HISTORY_AT_ONCE = 500;

/** The commands and questions that callers have for upgrades. */
@Injectable()
export class UpgradeService {
  private readonly turns = new Turns();

  constructor(
    private readonly store: UpgradeStore,
    private readonly previews: UpgradePreview,
    private readonly settings: UpgradeSettings,
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  /**
   * Writes an upgrade down, to be carried out from then on whatever happens; Rancher is not asked before. The same push
   * told twice is one upgrade.
   *
   * @throws UpdaterError `store.unavailable`, `service.full`: nothing was accepted; `request.conflict`: another request has
   *   this key.
   */
  accept(given: Asked): Promise<Accepted> {
    const key = ownKey(given.key, given);
    const asked = { ...given, key };
    const push = () => this.turns.take(`image ${imageOf(asked)}`, () => this.joinOrAccept(asked));
    return key === null ? push() : this.turns.take(`key ${key}`, () => this.known(key, asked, push));
  }

  /**
   * What an upgrade would do if it were accepted now; changes nothing.
   *
   * @throws UpdaterError `rancher.*` when Rancher cannot be asked, or when the signal is aborted.
   */
  preview(asked: Asked, signal: AbortSignal): Promise<UpgradeRecord> {
    return this.previews.of(this.newRecord(asked).upgrade, signal);
  }

  /** @throws UpdaterError `request.not_found` */
  find(upgradeId: string): Promise<UpgradeRecord> {
    return foundUpgrade(this.store, upgradeId);
  }

  /** What happened to an upgrade so far, oldest first; of one that goes on and on, its first thousands of entries. */
  async history(upgradeId: string): Promise<readonly JournalEntry[]> {
    const history: JournalEntry[] = [];
    for (;;) {
      const after = history.at(-1)?.id ?? 0;
      const entries = await this.store.journal({ after, upgradeId, limit: HISTORY_AT_ONCE });
      history.push(...entries);
      if (entries.length < HISTORY_AT_ONCE || history.length >= MAX_HISTORY) return history;
      await breath();
    }
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

  /** What was accepted under the caller's key, or what `push` accepts under it. */
  private async known(key: string, asked: Asked, push: () => Promise<Accepted>): Promise<Accepted> {
    const known = await this.store.key(key);
    if (!known) return push();
    if (known.fingerprint === fingerprintOf(asked)) {
      const record = await this.find(known.upgradeId);
      const { id, image } = record.upgrade;
      this.log.info(`known by its key: ${image}`, { upgrade: id, image, ...originFields(asked) });
      return { record, isNew: false };
    }
    const message = `the Idempotency-Key is that of another request, which became the upgrade ${known.upgradeId}`;
    throw new UpdaterError('request.conflict', message);
  }

  private async joinOrAccept(asked: Asked): Promise<Accepted> {
    const now = this.clock.now();
    const upgrades = await this.store.running(imageOf(asked));
    const push = { options: asked.options, hasMovingTag: hasMovingTag(asked.published), at: now };
    const other = await findJoined(upgrades, push, (id) => this.find(id));
    if (!other) return { record: await this.written(asked), isNew: true };
    const { id, image } = other.upgrade;
    const { key } = this.keyOf(asked, id);
    if (key) await this.store.commit({ key });
    this.log.info(`joined: ${image}`, { upgrade: id, image, ...originFields(asked) });
    return { record: await this.find(id), isNew: false };
  }

  private async written(asked: Asked): Promise<UpgradeRecord> {
    const record = this.newRecord(asked);
    const { id, image, options, createdAt: at, status } = record.upgrade;
    const message = `accepted: ${image}`;
    const entry = { at, upgradeId: id, rolloutId: null, status, message, reason: null };
    await this.store.commit({
      upgrade: record.upgrade,
      journal: [entry],
      audit: [auditEntry('upgrade', asked, at, { upgradeId: id, image })],
      mostUnplanned: this.settings.AUTOUPDATE_MAX_WAITING,
      ...this.keyOf(asked, id),
    });
    this.log.info(message, { upgrade: id, image, ...originFields(asked), ...options });
    return record;
  }

  /** What is written of the key under which it was asked, if there is one. */
  private keyOf(asked: Asked, upgradeId: string): { readonly key?: IdempotencyKey } {
    const { key } = asked;
    if (key === null) return {};
    return { key: { key, fingerprint: fingerprintOf(asked), upgradeId, createdAt: this.clock.now() } };
  }

  private newRecord({ published, options, requestId, caller }: Asked): UpgradeRecord {
    const now = this.clock.now();
    const upgrade = {
      id: randomUUID(),
      image: imageOf({ published }),
      repository: repositoryOf(published),
      options,
      requestId,
      caller,
      status: 'running',
      createdAt: now,
      finishedAt: null,
      planAt: now,
      outage: null,
      cancelledAt: null,
      failures: 0,
      alarmed: [],
      version: 0,
    } as const;
    return { upgrade, plans: [], rollouts: [] };
  }
}

/** The published image reference, with its tag. */
function imageOf({ published }: Pick<Asked, 'published'>): string {
  return formatImageReference(atVersionOf(published, published));
}

function fingerprintOf(asked: Asked): string {
  const said = JSON.stringify([imageOf(asked), asked.options]);
  return createHash('sha256').update(said).digest('hex');
}
