const UNKNOWN_AUTHORITY = 'certificate of an unknown authority (CATTLE_CA_FILE can name it)';
const SELF_SIGNED = 'self-signed certificate (CATTLE_CA_FILE can name it)';

/** As Node and its HTTP clients throw it. */
interface Failed {
  readonly code?: string | undefined;
  readonly message: string;
}

/** What failed before anything was sent: of a certificate that is not trusted Node learns before it sends. */
const NOT_SENT: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'connection refused'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'no answer from the name service'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', SELF_SIGNED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNKNOWN_AUTHORITY],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNKNOWN_AUTHORITY],
  ['CERT_HAS_EXPIRED', 'certificate expired'],
  ['CERT_NOT_YET_VALID', 'certificate not yet valid'],
  ['CERT_REVOKED', 'certificate revoked'],
  ['CERT_SIGNATURE_FAILURE', 'certificate with a wrong signature'],
  ['INVALID_PURPOSE', 'certificate that is not for servers'],
  ['INVALID_CA', 'certificate of something that is no authority'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'host name does not match the certificate'],
]);

const MAYBE_SENT: ReadonlyMap<string, string> = new Map([
  ['ECONNRESET', 'connection reset'],
  ['ERR_BAD_RESPONSE', 'connection lost in the middle of the reply'],
  ['ERR_CANCELED', 'given up'],
]);

/** What Node's zlib and Brotli call their errors. */
const UNPACKING = /^Z_|^ERR__ERROR_/;

/** OpenSSL's own words, after which Node names some codes and which others (EPROTO) have in their message. */
const TLS_WORDS: ReadonlyMap<RegExp, string> = new Map([
  [/protocol.version|unsupported.protocol/i, 'no version of TLS in common: at least 1.2 is spoken'],
  [/wrong.version.number|packet.length.too.long/i, 'something that is not TLS answers: is it https?'],
  [/handshake.failure/i, 'the other side refuses the TLS handshake'],
]);

/** What the failure of a connection means, in words; undefined where they are not known. */
export function wordsFor({ code = '', message }: Failed): string | undefined {
  const known = NOT_SENT.get(code) ?? MAYBE_SENT.get(code);
  if (known === undefined && UNPACKING.test(code)) return 'a reply that cannot be unpacked';
  if (known !== undefined || !/^EPROTO$|^ERR_SSL_/.test(code)) return known;
  const said = [...TLS_WORDS].find(([words]) => words.test(`${code} ${message}`));
  return said?.[1] ?? `no TLS connection (${code})`;
}

/** The same, with words for every failure. */
export function wordsOfFailure(failed: Failed): string {
  return wordsFor(failed) ?? `no connection (${failed.code ?? 'unknown reason'})`;
}

/** Whether a request may have arrived although its connection failed. */
export function isSent({ code = '' }: Failed): boolean {
  return !NOT_SENT.has(code);
}
