import { Text, WholeNumber } from '../config/decorators.js';
import { TIMEOUT_RANGE } from './options.js';

/** The label that opts a service in, and the other spelling that the predecessor's documents name. */
const DEFAULT_ENABLE_LABELS = ['autoupdate.enable', 'autoupdate.enabled'] as const;

/** How upgrades are decided and carried out. */
export class UpgradeSettings {
  @Text()
  AUTOUPDATE_ENABLE_LABEL?: string;

  @WholeNumber(1, 1000)
  AUTOUPDATE_MAX_PARALLEL = 10;

  @WholeNumber(TIMEOUT_RANGE.min, TIMEOUT_RANGE.max)
  AUTOUPDATE_TIMEOUT?: number;

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
}
