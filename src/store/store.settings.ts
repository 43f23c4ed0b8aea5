import { Text, WholeNumber } from '../config/decorators.js';

/** Where upgrades are kept, and for how long. */
export class StoreSettings {
  /** A directory, made if missing; `:memory:` keeps nothing beyond the process and is for trials. */
  @Text()
  readonly AUTOUPDATE_DATA_DIR: string = './data';

  /** Days for which an upgrade that has ended is kept. */
  @WholeNumber(1, 3650)
  readonly AUTOUPDATE_HISTORY_DAYS: number = 30;

  get historyMs(): number {
    return this.AUTOUPDATE_HISTORY_DAYS * 86_400_000;
  }
}
