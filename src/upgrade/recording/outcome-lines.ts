import type { Log, LogLevel } from '../../common/log.js';
import type { NewAuditEntry } from '../../domain/audit.js';
import type { TallyRow, UpgradeStatus } from '../../domain/upgrade.js';
import type { Written } from '../../store/upgrade-store.js';
import { originFields } from '../origin.js';
import { byStatus, failedIn, mishapsIn } from '../summary.js';

const FAILED: ReadonlySet<UpgradeStatus> = new Set(['failed', 'partly_failed']);

/**
 * Says what has become of an upgrade as a whole, where that was written; where it is over, in one line all there is.
 * `tally`: its rollouts as they are after that.
 */
export function sayOutcome(log: Log, written: Written | null, tally: readonly TallyRow[]): void {
  const whole = written?.journal.find(({ rolloutId }) => rolloutId === null);
  if (!written?.upgrade || !whole) return;
  const { id, image, status, createdAt, finishedAt, failures } = written.upgrade;
  log[levelOf(status, failures + mishapsIn(tally))](`${image}: ${status}`, {
    upgrade: id,
    image,
    status,
    summary: whole.message,
    rollouts: byStatus(tally),
    failures: failures + failedIn(tally),
    ...(finishedAt && { ms: finishedAt.getTime() - createdAt.getTime() }),
    ...originFields(written.upgrade),
  });
}

/** The log's level shows what somebody has to look at: `error`, it has failed; `warn`, somebody has stopped or undone it. */
function levelOf(status: UpgradeStatus, mishaps: number): LogLevel {
  if (FAILED.has(status)) return mishaps > 0 ? 'error' : 'warn';
  return status === 'cancelled' ? 'warn' : 'info';
}

/** Says that somebody has decided something. */
export function sayAsked(log: Log, entry: NewAuditEntry): void {
  const { action, image, upgradeId, rolloutId } = entry;
  const about = { upgrade: upgradeId, ...(rolloutId !== null && { rollout: rolloutId }), image, action };
  log.info(`${action}: ${image}`, { ...about, ...originFields(entry) });
}
