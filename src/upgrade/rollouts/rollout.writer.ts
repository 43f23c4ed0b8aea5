import { Injectable } from '@nestjs/common';
import { Log, type Fields, type LogLevel } from '../../common/log.js';
import { isBlocking, type Reason } from '../../domain/reasons.js';
import type { Rollout } from '../../domain/rollout.js';
import type { Hindrance } from '../recording/limits.js';
import { originFields } from '../origin.js';
import { UpgradeRecorder, type Said } from '../recording/upgrade.recorder.js';

/** What there is to say about a step, also for the log. */
interface LoggedSaid extends Said {
  /** For the log alone. */
  readonly fields?: Fields;
}

/** Writes rollouts down and says so, in that order: what is said has happened. */
@Injectable()
export class RolloutWriter {
  constructor(
    private readonly recorder: UpgradeRecorder,
    private readonly log: Log,
  ) {}

  /**
   * Writes a rollout that has moved on from what is stored, and answers it as written.
   *
   * @throws UpdaterError `store.*`: nothing is written.
   */
  async write(before: Rollout, after: Rollout, said: LoggedSaid | null = null): Promise<Rollout> {
    return this.recorder.rollout(before, after, said, (written) => this.say(before, written, said));
  }

  /** Writes that a start is about to be asked for, unless the upgrade as a whole hinders it. Throws like `write`. */
  async begin(
    before: Rollout,
    after: Rollout,
    said: Said,
  ): Promise<Rollout | { readonly hindered: Hindrance }> {
    const written = await this.recorder.begin(before, after, said);
    if (!('hindered' in written)) this.say(before, written, said);
    return written;
  }

  private say(before: Rollout, rollout: Rollout, said: LoggedSaid | null): void {
    if (!said) return;
    const { reason } = said;
    this.log[levelOf(before, rollout, said)](`${rollout.name}: ${said.message}`, {
      ...(reason && { code: reason.code, reason: reason.message }),
      ...said.fields,
      upgrade: rollout.upgradeId,
      rollout: rollout.id,
      ...originFields(rollout),
      service: `${rollout.stack.name}/${rollout.name}`,
      environment: rollout.environment.name,
    });
  }
}

/** The log's level shows what somebody has to look at: `error`, it has failed; `warn`, it is undone, or something is in its way. */
function levelOf(before: Rollout, { status }: Rollout, { reason }: Said): LogLevel {
  if (status === 'failed' || status === 'rollback_failed') return 'error';
  if (status === 'rolling_back' || status === 'rolled_back') return 'warn';
  return reason && isInTheWay(before, status, reason) ? 'warn' : 'info';
}

/** What Rancher has in the way is said to be so once. */
function isInTheWay(before: Rollout, status: Rollout['status'], why: Reason): boolean {
  if (status === 'skipped') return isBlocking(why.code);
  return why.code.startsWith('rancher.') && !isKnown(before, why);
}

/** Whether the stored rollout has this in its way already. */
export function isKnown({ reason, outage }: Rollout, { message }: Reason): boolean {
  return message === reason?.message || message === outage?.reason.message;
}
