/** Why something was not done, or ended otherwise than asked. Part of the API: codes are added, never changed. */
export const REASON_CODES = [
  'label.off',
  'label.invalid',
  'version.not_newer',
  'version.not_comparable',
  'version.other_flavour',
  'version.prerelease',
  'policy.refused',
  'policy.never',
  'policy.invalid',
  'service.sidekick',
  'service.inactive',
  'service.busy',
  'service.awaiting_confirmation',
  'service.start_first_unsupported',
  'service.self',
  'service.system',
  'service.unsupported',
  'service.read_only',
  'service.removed',
  'service.other_image',
  'secrets.hidden',
  'rollout.timeout',
  'rollout.unhealthy',
  'rollout.refused',
  'rollout.finished_elsewhere',
  'rollout.rolled_back_elsewhere',
  'rollout.cancelled_elsewhere',
  'rollout.overtaken',
  'rollout.crashing',
  'rollout.late',
  'rollout.unconfirmed',
  'rollout.not_rolled_back',
  'rollout.rollback_asked',
  'rollout.cancel_asked',
  'rollout.superseded',
  'upgrade.stopped',
  'held_back',
  'rancher.unreachable',
  'rancher.unauthorized',
  'rancher.forbidden',
  'rancher.error',
  'environment.none_selected',
  'environment.not_selected',
  'internal.error',
] as const;

export type ReasonCode = (typeof REASON_CODES)[number];

/** A code for programs and a sentence for people. */
export interface Reason {
  readonly code: ReasonCode;
  readonly message: string;
}

export function reason(code: ReasonCode, message: string): Reason {
  return { code, message };
}

/** What people are told of a bug. */
export const BUG: Reason = reason(
  'internal.error',
  'something went wrong in the updater itself; its log says more',
);

/** The service had opted in and the version was for it, but something was in the way: counts as a failure. */
const BLOCKING: ReadonlySet<ReasonCode> = new Set([
  'label.invalid',
  'policy.invalid',
  'service.busy',
  'service.awaiting_confirmation',
  'service.start_first_unsupported',
  'service.read_only',
  'secrets.hidden',
  'held_back',
]);

export function isBlocking(code: ReasonCode): boolean {
  return BLOCKING.has(code);
}
