import { Text } from '../config/decorators.js';

/** Where upgrades are kept. */
export class StoreSettings {
  /** A directory, made if missing; `:memory:` keeps nothing beyond the process and is for trials. */
  @Text() readonly AUTOUPDATE_DATA_DIR: string = './data';
}
