import { Flag, Text } from '../../config/decorators.js';
import type { SelfChecking, SettingsProblem } from '../../config/settings.js';
import { TrustedProxies } from './trusted-proxies.js';

/** As they are usual; an underscore is dropped without a word by nginx, and confused with a hyphen by others. */
const HEADER_NAME = /^[a-z][a-z0-9-]{0,99}$/i;

/** Headers that mean something else on the way or in here, or whose values are secrets: none of them can be a name. */
const TAKEN: ReadonlySet<string> = new Set(
  `accept accept-encoding authorization connection content-encoding content-length content-type cookie date expect
  forwarded host idempotency-key keep-alive last-event-id origin proxy-authenticate proxy-authorization proxy-connection
  referer set-cookie te trailer transfer-encoding upgrade user-agent via x-forwarded-for x-forwarded-host
  x-forwarded-prefix x-forwarded-proto x-real-ip x-request-id`.split(/\s+/),
);

/** Which header names the caller, and whose word for it counts. */
export class CallerSettings implements SelfChecking {
  /** Not set: nobody is asked who calls. */
  @Text() readonly AUTOUPDATE_IDENTITY_HEADER: string | undefined = undefined;
  /** Addresses and ranges, separated by commas. */
  @Text() readonly AUTOUPDATE_TRUSTED_PROXIES: string | undefined = undefined;
  @Flag() readonly AUTOUPDATE_REQUIRE_IDENTITY: boolean = false;

  /** As Node spells it. */
  get identityHeader(): string | undefined {
    return this.AUTOUPDATE_IDENTITY_HEADER?.toLowerCase();
  }

  problems(): readonly SettingsProblem[] {
    return [...this.headerProblems(), ...this.proxyProblems(), ...this.requirementProblems()];
  }

  private headerProblems(): readonly SettingsProblem[] {
    const { identityHeader: name } = this;
    const variable = 'AUTOUPDATE_IDENTITY_HEADER';
    if (name === undefined) return [];
    if (!HEADER_NAME.test(name)) {
      return [{ variable, message: 'must be the name of a header, of letters, digits and hyphens' }];
    }
    if (TAKEN.has(name) || name.startsWith('sec-')) {
      return [{ variable, message: `must not be ${name}, which means something else or holds secrets` }];
    }
    if (this.AUTOUPDATE_TRUSTED_PROXIES !== undefined) return [];
    const message = 'needs AUTOUPDATE_TRUSTED_PROXIES: else anybody could call themselves anything';
    return [{ variable, message }];
  }

  private proxyProblems(): readonly SettingsProblem[] {
    const { wrong, everybody } = new TrustedProxies(this.AUTOUPDATE_TRUSTED_PROXIES);
    const messages = [...wrong.map(noRange), ...everybody.map(noLimit)];
    return messages.map((message) => ({ variable: 'AUTOUPDATE_TRUSTED_PROXIES', message }));
  }

  private requirementProblems(): readonly SettingsProblem[] {
    if (!this.AUTOUPDATE_REQUIRE_IDENTITY || this.identityHeader !== undefined) return [];
    const message = 'needs AUTOUPDATE_IDENTITY_HEADER: else nobody could be let in';
    return [{ variable: 'AUTOUPDATE_REQUIRE_IDENTITY', message }];
  }
}

function noRange(entry: string): string {
  const is = `${JSON.stringify(entry)} is none${hintFor(entry)}`;
  return `must be IP addresses and ranges such as 10.0.0.0/8, separated by commas, and ${is}`;
}

/** `ranges`: one, or several that are everybody together. */
function noLimit(ranges: string): string {
  const are = `${JSON.stringify(ranges)} ${ranges.includes(',') ? 'are together' : 'is'}`;
  return `must not be everybody, as ${are}: name the gateways' own addresses, or a range that is theirs alone, such as 10.0.0.7 or fd00:10::/64`;
}

/** IPv4 written as IPv6 has 96 bits more before it. */
function hintFor(entry: string): string {
  const [, range] = /^::ffff:([\d.]+\/\d+)$/i.exec(entry) ?? [];
  return range === undefined ? '' : `: write ${range}`;
}
