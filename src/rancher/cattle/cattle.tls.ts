import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { errorCode } from '../../config/variable.js';

/** How TLS is spoken with Rancher; for an agent of HTTPS and for a websocket alike. */
export interface CattleTls {
  readonly secureContext: tls.SecureContext;
  /** Said, or else `NODE_TLS_REJECT_UNAUTHORIZED=0` would take it away. */
  readonly rejectUnauthorized: true;
}

export type ReadAuthorities =
  | { readonly ok: true; readonly certificates: readonly string[] }
  | { readonly ok: false; readonly problem: string };

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** Reads a PEM bundle of certificates. A problem shows nothing of what is in the file. */
export function readAuthorities(path: string): ReadAuthorities {
  const text = readText(path);
  if (typeof text !== 'string') return problem(`names a file that cannot be read (${text.code})`);
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return problem('names a file that has no certificate in it: it must be PEM');
  const broken = certificates.findIndex((pem) => !isCertificate(pem));
  if (broken >= 0) return problem(`names a file whose certificate ${broken + 1} cannot be read`);
  return { ok: true, certificates };
}

/** Trusts the authorities that Node trusts, and these. No version of TLS before 1.2. */
export function tlsWith(authorities: readonly string[]): CattleTls {
  const ca = authorities.length > 0 ? { ca: besidesUsual(authorities) } : {};
  const secureContext = tls.createSecureContext({ ...ca, minVersion: 'TLSv1.2' });
  return { secureContext, rejectUnauthorized: true };
}

/**
 * With the authorities that Node trusts, whose place a list of authorities takes. Before Node 22.15 nobody can ask for those
 * of them that NODE_EXTRA_CA_CERTS has added.
 */
export function besidesUsual(authorities: readonly string[]): string[] {
  const { getCACertificates } = tls as { getCACertificates?: () => string[] };
  return [...(getCACertificates?.() ?? tls.rootCertificates), ...authorities];
}

function readText(path: string): string | { readonly code: string } {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return { code: errorCode(error) };
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function problem(text: string): ReadAuthorities {
  return { ok: false, problem: text };
}
