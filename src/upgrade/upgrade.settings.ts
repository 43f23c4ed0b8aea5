import { OneOf, Text, WholeNumber } from '../config/decorators.js';
import { LEFTOVER, ON_FAILURE, type Leftover, type OnFailure } from '../domain/rollout.js';
import { BAKE_RANGE, TIMEOUT_RANGE, type Defaults } from './options.js';

/** The label that opts a service in, and the other spelling that the predecessor's documents name. */
const DEFAULT_ENABLE_LABELS = ['autoupdate.enable', 'autoupdate.enabled'] as const;

/** How upgrades are decided and carried out. */
export class UpgradeSettings {
  @Text()
  AUTOUPDATE_ENABLE_LABEL?: string;

  @WholeNumber(1, 1000)
  AUTOUPDATE_MAX_PARALLEL = 10;

  /** Accepted upgrades that are not planned yet. */
  @WholeNumber(1, 1_000_000)
  AUTOUPDATE_MAX_WAITING = 10_000;

  @WholeNumber(TIMEOUT_RANGE.min, TIMEOUT_RANGE.max)
  AUTOUPDATE_TIMEOUT?: number;

  @OneOf(ON_FAILURE)
  AUTOUPDATE_ON_FAILURE: OnFailure = 'leave';

  @OneOf(LEFTOVER)
  AUTOUPDATE_LEFTOVER: Leftover = 'refuse';

  @WholeNumber(BAKE_RANGE.min, BAKE_RANGE.max)
  AUTOUPDATE_BAKE = 0;

  @WholeNumber(1, 1440)
  AUTOUPDATE_REMIND_MINUTES = 60;

  @WholeNumber(1, 10_080)
  AUTOUPDATE_PATIENCE_MINUTES = 60;

  get enableLabels(): readonly string[] {
    return this.AUTOUPDATE_ENABLE_LABEL === undefined
      ? DEFAULT_ENABLE_LABELS
      : [this.AUTOUPDATE_ENABLE_LABEL];
  }

  get patienceMs(): number {
    return this.AUTOUPDATE_PATIENCE_MINUTES * 60_000;
  }

  get remindMs(): number {
    return this.AUTOUPDATE_REMIND_MINUTES * 60_000;
  }

  /** What is done with a service where neither the request nor its labels say. */
  get defaults(): Defaults {
    return {
      timeout: this.AUTOUPDATE_TIMEOUT,
      onFailure: this.AUTOUPDATE_ON_FAILURE,
      leftover: this.AUTOUPDATE_LEFTOVER,
      bake: this.AUTOUPDATE_BAKE,
    };
  }
}
