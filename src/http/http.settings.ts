import { Host, WholeNumber } from '../config/decorators.js';

/** Where the service listens. */
export class HttpSettings {
  /** 0: any free port. */
  @WholeNumber(0, 65535) readonly AUTOUPDATE_HTTP_PORT: number = 8080;
  /** Not set: all interfaces, IPv6 and IPv4 as far as the machine has them. */
  @Host() readonly AUTOUPDATE_HTTP_HOST: string = '';
}
