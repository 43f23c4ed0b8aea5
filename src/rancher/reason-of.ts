import type { UpdaterError } from '../common/errors.js';
import { reason, type Reason, type ReasonCode } from '../domain/reasons.js';

const CODES: Partial<Record<UpdaterError['code'], ReasonCode>> = {
  'rancher.unreachable': 'rancher.unreachable',
  'rancher.unauthorized': 'rancher.unauthorized',
  'rancher.forbidden': 'rancher.forbidden',
};

/** Why something could not be asked or done, in terms that go into an upgrade's record. */
export function reasonOf(error: UpdaterError): Reason {
  return reason(CODES[error.code] ?? 'rancher.error', error.message);
}
