import type { Log } from '../../common/log.js';

/** Why nobody is believed to have sent a request. */
export type WhyUnnamed = 'silent' | 'untrusted' | 'doubled' | 'unreadable';

/** For whoever is refused: says nothing of the header's value, and no address. */
export const WORDS_FOR_UNNAMED: Readonly<Record<WhyUnnamed, string>> = {
  silent: 'Nobody has said who asks: come through the gateway',
  untrusted:
    'The header that says who asks came from an address that is not among AUTOUPDATE_TRUSTED_PROXIES: come through the gateway',
  doubled:
    'The header that says who asks came more than once: the gateway has to replace what its callers send',
  unreadable:
    'The name of who asks must be UTF-8 of at most 200 characters that all are seen, with no space before or after it',
};

const WARNINGS: Readonly<Record<Exclude<WhyUnnamed, 'silent'>, string>> = {
  untrusted:
    'the identity header is not believed: AUTOUPDATE_TRUSTED_PROXIES does not name the address it came from',
  doubled: 'the identity header came more than once, and neither is believed: does the gateway add to it?',
  unreadable: 'the identity header holds what cannot be a name, and the request is refused',
};

/** Anybody can make addresses up, or have many: the log is not for them to fill. */
const MAX_ADDRESSES = 20;

/** Warns of headers that name a caller and are not believed: once for each address, then once more for all others. */
export class Unbelieved {
  private readonly seen = new Set<string>();

  constructor(private readonly log: Log) {}

  /** `address`: where the connection came from. */
  tell(why: Exclude<WhyUnnamed, 'silent'>, address: string): void {
    if (this.seen.has(address) || this.seen.size > MAX_ADDRESSES) return;
    if (this.seen.size === MAX_ADDRESSES) {
      this.log.warn('callers are not believed who they are from many more addresses: no other is told of');
      // One more than there can be: it is said once.
      this.seen.add('');
      return;
    }
    this.seen.add(address);
    this.log.warn(WARNINGS[why], { address });
  }
}
