import {
  atVersionOf,
  effectiveTag,
  formatImageReference,
  parseImageReference,
  repositoryOf,
  type ImageReference,
} from '../../domain/image-reference.js';
import { reason, type Reason } from '../../domain/reasons.js';
import type { Hold, Rollout } from '../../domain/rollout.js';
import type { Inspection, Service } from '../../domain/service.js';
import { labelProblem, optsIn } from '../options.js';
import type { Judgement, Rules, Seen, Wanted } from './judgement.js';

/** How long a service in a passing state is waited for before its rollout is given up. */
export const BUSY_PATIENCE_MS = 10 * 60_000;

const UNCONFIRMED =
  'the service has this version already, and waits for somebody to confirm it or to roll it back';

/**
 * Decides about one service: first whether it is meant at all, then whether this version is for it, last whether it
 * can be upgraded now. A service that would not have been upgraded anyway is so never reported as being in the way.
 */
export function judge(seen: Seen, wanted: Wanted, rules: Rules): Judgement {
  const { service, inspection } = seen;
  if (service.phase === 'gone') return no('service.removed', 'the service has been removed');
  const running = service.image === null ? null : parseImageReference(service.image);
  if (!running?.ok) return no('service.unsupported', `${service.name} has no image that can be upgraded`);
  if (repositoryOf(running.reference) !== repositoryOf(wanted.published)) {
    return runsAnother(service, running.reference, wanted);
  }
  const refusal =
    unmeant(service, rules) ??
    unfit(service, running.reference, wanted, rules) ??
    heldBack(seen, wanted) ??
    impossible(service, wanted) ??
    (inspection?.blocked ? refused(inspection.blocked) : null) ??
    busy(seen, wanted);
  return refusal ?? { upgrade: true, to: atVersionOf(running.reference, wanted.published) };
}

/** Whether the service's containers must be looked at before it can be judged for a start. */
export function needsCloserLook(
  { attempt, leftover }: Pick<Rollout, 'attempt' | 'leftover'>,
  service: Service,
): boolean {
  if (service.phase === 'upgraded') return true;
  if (service.phase === 'cancelled') return leftover !== 'refuse';
  return service.phase === 'idle' && (service.inspectBeforeStart || attempt !== null);
}

/** The sidekicks that the backend makes anew together with the service. */
export function recreatedSidekicks(service: Service): readonly string[] {
  return service.sidekicks.filter((sidekick) => sidekick.recreated).map((sidekick) => sidekick.name);
}

/** The image of the service, or of the sidekick that runs the repository, for people to see. */
export function runningImage(service: Service, repository: string): string {
  const own = service.image ?? '';
  // Thousands are planned at once, and most have no sidekick: their image need not be read for that.
  if (service.sidekicks.length === 0 || isOf(own, repository)) return own;
  return service.sidekicks.find(({ image }) => isOf(image, repository))?.image ?? own;
}

function isOf(image: string, repository: string): boolean {
  const parsed = parseImageReference(image);
  return parsed.ok && repositoryOf(parsed.reference) === repository;
}

function runsAnother(service: Service, running: ImageReference, wanted: Wanted): Judgement {
  const repository = repositoryOf(wanted.published);
  const sidekick = service.sidekicks.find(({ image }) => isOf(image, repository));
  if (!sidekick) {
    return no(
      'service.other_image',
      `${service.name} runs ${formatImageReference(running)}, which is of another repository`,
    );
  }
  return no(
    'service.sidekick',
    `only the sidekick ${sidekick.name} runs this repository; sidekicks are not upgraded`,
  );
}

function unmeant(service: Service, rules: Rules): Judgement | null {
  if (!optsIn(service.labels, rules.enableLabels)) {
    return no('label.off', `the service has not opted in by the label ${rules.enableLabels.join(' or ')}`);
  }
  const unusable = ['service.system', 'service.unsupported'];
  return service.blocked && unusable.includes(service.blocked.code) ? refused(service.blocked) : null;
}

function unfit(service: Service, running: ImageReference, wanted: Wanted, rules: Rules): Judgement | null {
  const verdict = rules.judgeVersion(service.labels, running, wanted.published);
  const isThere = !verdict.upgrade && hasSameTagAndDigest(running, wanted.published);
  if (isThere && service.phase === 'upgraded') return no('service.awaiting_confirmation', UNCONFIRMED);
  if (!verdict.upgrade)
    return { upgrade: false, reason: verdict.reason, passing: mayGoBack(service, verdict.reason) };
  const problem = labelProblem(service.labels);
  return problem === null ? null : no('label.invalid', problem);
}

/** What is under way may yet be undone, and the version be newer than what is there then. */
function mayGoBack({ phase }: Service, { code }: Reason): boolean {
  const isUnderWay = phase === 'upgrading' || phase === 'finishing' || phase === 'rolling_back';
  return isUnderWay && code === 'version.not_newer';
}

/** Of one repository. */
function hasSameTagAndDigest(a: ImageReference, b: ImageReference): boolean {
  return effectiveTag(a) === effectiveTag(b) && a.digest === b.digest;
}

/** A version that was rolled back from the service is not offered to it again. */
function heldBack({ holds }: Seen, { published, ignoreHold }: Wanted): Judgement | null {
  const isSame = ({ image }: Hold) => {
    const held = parseImageReference(image);
    return held.ok && hasSameTagAndDigest(held.reference, published);
  };
  const hold = ignoreHold ? undefined : holds.find(isSame);
  if (!hold) return null;
  const when = `${hold.since.toISOString()} by the upgrade ${hold.upgradeId}`;
  const { environment, id } = hold.service;
  const until = `DELETE /services/${environment}/${id}/hold or ignore_hold offers it again`;
  return no('held_back', `it was rolled back from this service at ${when}, and is held back since; ${until}`);
}

function impossible(service: Service, wanted: Wanted): Judgement | null {
  if (service.phase === 'stopped') {
    return no(
      'service.inactive',
      `the service is ${service.state}: somebody has stopped it, and Rancher would start it`,
    );
  }
  if (wanted.startFirst && !service.canStartFirst) {
    return no(
      'service.start_first_unsupported',
      'the service retains its IP address, so its new container cannot start before the old one has stopped',
    );
  }
  return service.blocked ? refused(service.blocked) : null;
}

/** What in the service's state does not let it be upgraded now. */
function busy({ service, inspection, awaitsOurs, now }: Seen, { leftover }: Wanted): Judgement | null {
  const isCleared = leftover !== 'refuse';
  switch (service.phase) {
    case 'idle':
      return null;
    case 'upgraded':
      return {
        ...no(
          'service.awaiting_confirmation',
          'the service is still upgraded from before: finish that upgrade or roll it back',
        ),
        passing: isCleared || (!awaitsOurs && (inspection === null || isRecent(inspection, now))),
      };
    case 'cancelled':
      return {
        ...no('service.busy', `the service is ${service.state}: roll that upgrade back or continue it`),
        passing: isCleared,
      };
    default:
      return {
        ...no('service.busy', `the service is ${service.state} and cannot be upgraded now`),
        passing: true,
      };
  }
}

/** Rancher keeps no date of a state; its newest container is as old as the upgrade that waits. */
function isRecent({ newest }: Inspection, now: Date): boolean {
  return newest !== null && now.getTime() - newest.getTime() < BUSY_PATIENCE_MS;
}

function no(code: Reason['code'], message: string) {
  return { upgrade: false, reason: reason(code, message), passing: false } as const;
}

function refused(why: Reason): Judgement {
  return { upgrade: false, reason: why, passing: false };
}
