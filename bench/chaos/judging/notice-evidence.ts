/** An upgrade that was accepted, as the service tells of it at the end. */
export interface UpgradeRecord {
  readonly id: string;
  /** With its tag. */
  readonly image: string;
  readonly status: string;
  readonly rollouts: readonly RolloutRecord[];
  /** The statuses that it has had, oldest first. */
  readonly history: readonly Turn[];
  /** The statuses that its rollouts have had, oldest first. */
  readonly steps: readonly Step[];
}

interface RolloutRecord {
  readonly id: string;
  readonly status: string;
  /** ISO 8601; null: it has not ended. */
  readonly finishedAt: string | null;
}

/** A status that was given, and its number in the service's journal, which grows over all upgrades. */
export interface Turn {
  readonly entry: number;
  readonly status: string;
}

/** A status that a rollout was given. */
export interface Step extends Turn {
  readonly rollout: string;
}

/** One delivery that a channel's receiver has taken. */
export interface Taken {
  /** Of its header. */
  readonly delivery: string;
  /** Its signature is good, and it is new. */
  readonly isGenuine: boolean;
  readonly body: string;
}

/** What a channel was told, in the order in which it was told. */
export interface ToldChannel {
  readonly name: string;
  readonly taken: readonly Taken[];
  /** How often it was reached and has gone wrong, whether it has taken the notice or not. */
  readonly failed: number;
}

/** All that notices are judged from. */
export interface NoticeEvidence {
  /** Each upgrade once; of those that the service still knows. */
  readonly records: readonly UpgradeRecord[];
  readonly channels: readonly ToldChannel[];
  /** How many the service says that it has not delivered; null: it says nothing. */
  readonly undelivered: number | null;
}

/** Of a notice, what is looked at here; as docs/notice-v1.schema.json has it. */
export interface Notice {
  readonly id: string;
  readonly kind: string;
  readonly time: string;
  readonly upgrade: string | null;
  readonly status: string | null;
  readonly rollouts: readonly { readonly id: string | null; readonly status: string | null }[];
  readonly digest: {
    readonly upgrades: readonly { readonly upgrade: string | null; readonly status: string | null }[];
  } | null;
  readonly more: number;
}
