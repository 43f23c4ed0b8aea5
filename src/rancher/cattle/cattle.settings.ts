import { type NamePattern, readPatterns } from '../../common/name-patterns.js';
import { Flag, HttpUrl, Required, Text } from '../../config/decorators.js';
import type { SelfChecking, SettingsProblem } from '../../config/settings.js';
import { type CattleTls, type ReadAuthorities, readAuthorities, tlsWith } from './cattle.tls.js';
import { type CattleAddress, readCattleUrl } from './cattle.url.js';

/** How Rancher is reached, and which of its environments are this service's business. */
export class CattleSettings implements SelfChecking {
  static readonly secrets = [
    'CATTLE_ACCESS_KEY',
    'CATTLE_SECRET_KEY',
    'CATTLE_ENVIRONMENT_ACCESS_KEY',
    'CATTLE_ENVIRONMENT_SECRET_KEY',
  ];
  static readonly deprecated = { AUTOUPDATE_ENVIRONMENT_NAMES: ['AUTOUDPATE_ENVIRONMENT_NAMES'] };

  @Required() @Text() readonly CATTLE_URL: string = '';
  @Text() readonly CATTLE_ACCESS_KEY: string | undefined = undefined;
  @Text() readonly CATTLE_SECRET_KEY: string | undefined = undefined;
  /** What Rancher gives a container that has several agent roles, instead of the two above. */
  @Text() readonly CATTLE_ENVIRONMENT_ACCESS_KEY: string | undefined = undefined;
  @Text() readonly CATTLE_ENVIRONMENT_SECRET_KEY: string | undefined = undefined;
  /** A PEM bundle of authorities that are trusted beside the usual ones. */
  @Text() readonly CATTLE_CA_FILE: string | undefined = undefined;
  @Text() readonly AUTOUPDATE_ENVIRONMENT_NAMES: string = '.*';
  @HttpUrl() readonly AUTOUPDATE_RANCHER_UI_URL: string | undefined = undefined;
  @Flag() readonly AUTOUPDATE_ALLOW_SECRETS_LOSS: boolean = false;

  /** Hidden from the reader of settings, for which every property is a variable. */
  #address: CattleAddress | undefined;
  #patterns: readonly NamePattern[] | undefined;
  #authorities: ReadAuthorities | undefined;
  #tls: CattleTls | undefined;

  /** `CATTLE_URL`, read once. */
  get address(): CattleAddress {
    return (this.#address ??= addressOf(this.CATTLE_URL));
  }

  /** `AUTOUPDATE_ENVIRONMENT_NAMES`, read once. */
  get patterns(): readonly NamePattern[] {
    return (this.#patterns ??= patternsOf(this.AUTOUPDATE_ENVIRONMENT_NAMES));
  }

  /** How Rancher is spoken with where `CATTLE_URL` begins with https://. */
  get tls(): CattleTls {
    const { authorities } = this;
    if (!authorities.ok) throw new Error(`CATTLE_CA_FILE ${authorities.problem}`);
    return (this.#tls ??= tlsWith(authorities.certificates));
  }

  /** Both halves of one pair: a secret key never goes with another pair's access key. */
  get key(): { readonly access: string; readonly secret: string } {
    return { access: this[`${this.pair}ACCESS_KEY`] ?? '', secret: this[`${this.pair}SECRET_KEY`] ?? '' };
  }

  /** Where people's pages are, without a slash at the end. */
  get pages(): string {
    return this.AUTOUPDATE_RANCHER_UI_URL?.replace(/\/+$/, '') ?? this.address.root;
  }

  problems(): readonly SettingsProblem[] {
    const url = this.CATTLE_URL === '' ? null : readCattleUrl(this.CATTLE_URL);
    const patterns = readPatterns(this.AUTOUPDATE_ENVIRONMENT_NAMES);
    const { authorities } = this;
    return [
      ...(url?.ok === false ? [{ variable: 'CATTLE_URL', message: url.problem }] : []),
      ...this.missingHalves(),
      ...(authorities.ok ? [] : [{ variable: 'CATTLE_CA_FILE', message: authorities.problem }]),
      ...(patterns.ok
        ? []
        : patterns.problems.map((message) => ({ variable: 'AUTOUPDATE_ENVIRONMENT_NAMES', message }))),
      ...(hasCredentials(this.AUTOUPDATE_RANCHER_UI_URL)
        ? [{ variable: 'AUTOUPDATE_RANCHER_UI_URL', message: 'must not have a user or a password in it' }]
        : []),
    ];
  }

  /** `CATTLE_CA_FILE`, read once. */
  private get authorities(): ReadAuthorities {
    const path = this.CATTLE_CA_FILE;
    return (this.#authorities ??=
      path === undefined ? { ok: true, certificates: [] } : readAuthorities(path));
  }

  private get pair(): 'CATTLE_' | 'CATTLE_ENVIRONMENT_' {
    const plain = this.CATTLE_ACCESS_KEY ?? this.CATTLE_SECRET_KEY;
    const other = this.CATTLE_ENVIRONMENT_ACCESS_KEY ?? this.CATTLE_ENVIRONMENT_SECRET_KEY;
    return plain === undefined && other !== undefined ? 'CATTLE_ENVIRONMENT_' : 'CATTLE_';
  }

  private missingHalves(): readonly SettingsProblem[] {
    const names = [`${this.pair}ACCESS_KEY`, `${this.pair}SECRET_KEY`] as const;
    const missing = names.filter((name) => this[name] === undefined);
    const given = names.filter((name) => this[name] !== undefined);
    const message = ['must be set', ...given.map((name) => `together with ${name}`)].join(' ');
    return missing.map((variable) => ({ variable, message }));
  }
}

function addressOf(url: string): CattleAddress {
  const read = readCattleUrl(url);
  if (read.ok) return read.address;
  throw new Error(`CATTLE_URL ${read.problem}`);
}

function patternsOf(names: string): readonly NamePattern[] {
  const read = readPatterns(names);
  if (read.ok) return read.patterns;
  throw new Error(`AUTOUPDATE_ENVIRONMENT_NAMES ${read.problems.join('; ')}`);
}

function hasCredentials(url: string | undefined): boolean {
  if (url === undefined || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
