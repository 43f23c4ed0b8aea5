import type { ReasonCode } from './reasons.js';
import type { RolloutStatus } from './rollout.js';
import type { UpgradeStatus } from './upgrade.js';

/** From the mildest to the worst. */
export const TONES = ['info', 'warning', 'danger'] as const;
export type Tone = (typeof TONES)[number];

/** Facts for people, as one channel gets them; each kind of notifier renders them in its own way. It is kept as JSON. */
export interface Notice {
  /** The same however often it is sent. */
  readonly id: string;
  /** When what it tells of was so; ISO 8601. */
  readonly at: string;
  /** `digest`: what was told while the channel could not be reached; `sample`: nothing has happened. */
  readonly kind: 'upgrade' | 'digest' | 'sample';
  /** These three are null unless it is of an upgrade. */
  readonly upgradeId: string | null;
  readonly image: string | null;
  readonly status: UpgradeStatus | null;
  /** Who asked for the upgrade, by name; null: nobody knows. */
  readonly caller: string | null;
  /** The request by which it was asked for; null: nobody knows, or it is not of an upgrade. */
  readonly requestId: string | null;
  /** The worst of its lines. */
  readonly tone: Tone;
  readonly summary: string;
  /** The worst first. */
  readonly lines: readonly NoticeLine[];
  /** How many lines are left out. */
  readonly more: number;
  /** How many notices it stands for, and from when they are. */
  readonly digest: Digest | null;
}

/** ISO 8601. */
interface Digest {
  readonly count: number;
  readonly from: string;
  readonly to: string;
}

/** What there is to tell of one thing. */
export type NoticeLine = RolloutLine | ServiceLine | EnvironmentLine | UpgradeLine;

interface LineOutcome {
  /** For people. */
  readonly outcome: string;
  readonly tone: Tone;
}

interface LineReason {
  /** For people. */
  readonly reason: string | null;
  readonly code: ReasonCode | null;
}

interface LineService extends LineOutcome, LineReason {
  readonly environment: string;
  readonly stack: string;
  readonly service: string;
  readonly link: string | null;
  readonly from: string | null;
  readonly to: string | null;
  /** The channels that the service's label names; null: it says nothing. */
  readonly notify: readonly string[] | null;
}

/** A service that was to be upgraded. Null: an older version of this service has stored the line, and did not say. */
export interface RolloutLine extends LineService {
  readonly about: 'rollout';
  readonly id: string | null;
  readonly status: RolloutStatus | null;
}

/** A service that was left as it is. */
export interface ServiceLine extends LineService {
  readonly about: 'service';
}

/** An environment that could not be read. */
export interface EnvironmentLine extends LineOutcome, LineReason {
  readonly about: 'environment';
  /** Its name; empty: not even the list of environments could be had. */
  readonly environment: string;
}

/** A whole notice, in a digest. */
export interface UpgradeLine extends LineOutcome {
  readonly about: 'upgrade';
  /** These three are null where the notice is not of an upgrade. */
  readonly id: string | null;
  readonly image: string | null;
  readonly status: UpgradeStatus | null;
  readonly summary: string;
}
