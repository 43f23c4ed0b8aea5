import type { ImageReference } from '../../domain/image-reference.js';
import type { Reason } from '../../domain/reasons.js';
import type { Hold, Leftover } from '../../domain/rollout.js';
import type { Inspection, Service } from '../../domain/service.js';
import type { Verdict } from '../policies/version-policy.js';

/** What is asked for every service of the repository. */
export interface Wanted {
  readonly published: ImageReference;
  readonly startFirst: boolean;
  readonly leftover: Leftover;
  readonly ignoreHold: boolean;
}

/** How the judgement of one service is reached: by the settings' opt-in labels and the version policy. */
export interface Rules {
  readonly enableLabels: readonly string[];
  judgeVersion(
    labels: Readonly<Record<string, string>>,
    running: ImageReference,
    published: ImageReference,
  ): Verdict;
}

/** Whether one service is to be upgraded; `passing`: not now, but the state that forbids it passes by itself. */
export type Judgement =
  | { readonly upgrade: true; readonly to: ImageReference }
  | { readonly upgrade: false; readonly reason: Reason; readonly passing: boolean };

/** What one look at a service tells: the service, and its containers where they were inspected. */
export interface Seen {
  readonly service: Service;
  readonly inspection: Inspection | null;
  /** What is held back from the service. */
  readonly holds: readonly Hold[];
  /** An upgrade of ours awaits confirmation there: nobody is about to finish it. */
  readonly awaitsOurs: boolean;
  readonly now: Date;
}
