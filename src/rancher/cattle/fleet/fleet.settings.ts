import { WholeNumber } from '../../../config/decorators.js';

/** How what is known of Rancher's services is kept true. */
export class FleetSettings {
  /** Minutes until an environment is listed again, though its events seem to tell everything. */
  @WholeNumber(1, 1440)
  AUTOUPDATE_RESYNC_MINUTES = 10;
}
