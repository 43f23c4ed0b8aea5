import { UpdaterError } from '../common/errors.js';
import { reason, type Reason, type ReasonCode } from '../domain/reasons.js';

const CODES: Partial<Record<UpdaterError['code'], ReasonCode>> = {
  'rancher.unreachable': 'rancher.unreachable',
  'rancher.unauthorized': 'rancher.unauthorized',
  'rancher.forbidden': 'rancher.forbidden',
};

/** Whether this is a failure of Rancher's: it was not reached, or did not do what it was asked. */
export function isRancherFailure(error: unknown): error is UpdaterError {
  return error instanceof UpdaterError && error.code.startsWith('rancher.');
}

/** Why something could not be asked or done, in terms that go into an upgrade's record. */
export function reasonOf(error: UpdaterError): Reason {
  return reason(CODES[error.code] ?? 'rancher.error', error.message);
}
