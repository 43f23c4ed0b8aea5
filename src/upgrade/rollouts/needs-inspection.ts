import type { Rollout } from '../../domain/rollout.js';
import type { Service } from '../../domain/service.js';
import { needsCloserLook } from '../judging/judge.js';
import { timeLeftMs } from './after-start.js';
import { INSPECTION_PAUSE_MS } from './proof.js';

/** Whether the service's containers must be looked at before a move can be chosen. */
export function needsInspection(rollout: Rollout, service: Service, now: Date): boolean {
  const isOurs = service.revision === rollout.revision;
  switch (rollout.status) {
    case 'queued':
      return needsCloserLook(rollout, service);
    case 'upgrading':
    case 'failed':
      return isOurs && (isStill(service) || isDue(rollout, service, now));
    case 'awaiting_confirmation':
      return isOurs && service.phase === 'idle';
    case 'finishing':
      return isOurs && service.phase === 'upgraded';
    case 'rolling_back':
      return service.phase === 'idle' || service.phase === 'stopped';
    default:
      return false;
  }
}

/** The service is upgraded, or somebody has brought that to an end. */
function isStill({ phase }: Service): boolean {
  return phase === 'upgraded' || phase === 'idle';
}

/** What goes wrong with containers while the service is upgrading shows only in themselves. */
function isDue(rollout: Rollout, { phase }: Service, now: Date): boolean {
  const { proof, timedFrom } = rollout;
  const lastMs = (proof?.inspectedAt ?? timedFrom ?? now).getTime();
  const isOverdue = timeLeftMs(rollout, now) <= 0;
  return phase === 'upgrading' && (isOverdue || now.getTime() - lastMs >= INSPECTION_PAUSE_MS);
}
