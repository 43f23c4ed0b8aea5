import { Host, WholeNumber } from '../config/decorators.js';

/** Where the service listens, and how many callers it keeps. */
export class HttpSettings {
  /** 0: any free port. */
  @WholeNumber(0, 65535) readonly AUTOUPDATE_HTTP_PORT: number = 8080;
  /** Not set: all interfaces, IPv6 and IPv4 as far as the machine has them. */
  @Host() readonly AUTOUPDATE_HTTP_HOST: string = '';
  /** Requests that wait at once. */
  @WholeNumber(1, 100_000) readonly AUTOUPDATE_MAX_OPEN_WAITS: number = 1000;
  /** Streams that are open at once. */
  @WholeNumber(1, 100_000) readonly AUTOUPDATE_MAX_OPEN_STREAMS: number = 1000;
}
