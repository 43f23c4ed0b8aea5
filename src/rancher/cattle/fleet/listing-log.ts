import type { Log } from '../../../common/log.js';
import type { Named } from '../../../domain/service.js';
import { environmentFields } from '../environment-fields.js';

/** Says that an environment is known, once, and later on only what events should have told. */
export class ListingLog {
  private wasListed = false;

  constructor(
    private readonly log: Log,
    private readonly environment: Named,
  ) {}

  /**
   * `corrected`: how many were not as they had been told; `isResync`: nothing can have been missed since the last listing.
   */
  listed(services: number, corrected: number, isResync: boolean): void {
    const { name } = this.environment;
    const fields = { ...environmentFields(this.environment), services };
    if (!this.wasListed) this.log.info(`services of ${name} are known`, fields);
    else if (isResync && corrected > 0)
      this.log.info(`services of ${name} were not as told`, { ...fields, corrected });
    this.wasListed = true;
  }
}
