import type { UpdaterError } from '../../common/errors.js';
import type { Check, HealthCheckName } from '../rancher.backend.js';
import type { VisibleEnvironment } from './environment-patterns.js';

const MAX_NAMES = 10;

/** What a listing of the environments tells. */
export function checksOf(environments: readonly VisibleEnvironment[]): readonly Check[] {
  const selected = environments.filter(({ isSelected }) => isSelected);
  return [
    good('rancher', 'Rancher answers'),
    good('key', 'the key is accepted'),
    selected.length > 0
      ? good('environments', `selected: ${namesOf(selected)}`)
      : bad('environments', `none of these is selected and in use: ${namesOf(environments)}`),
  ];
}

/** What it tells that the environments could not be listed. */
export function checksAfter(error: UpdaterError): readonly Check[] {
  const environments = bad('environments', 'unknown as long as they cannot be listed');
  const keyProblem = keyProblemOf(error);
  return keyProblem === null
    ? [bad('rancher', error.message), bad('key', 'unknown as long as Rancher does not answer'), environments]
    : [good('rancher', 'Rancher answers'), bad('key', keyProblem), environments];
}

function keyProblemOf({ code, message }: UpdaterError): string | null {
  return code === 'rancher.unauthorized' || code === 'rancher.forbidden' ? message : null;
}

function namesOf(environments: readonly VisibleEnvironment[]): string {
  const names = environments.map(({ name }) => name);
  const more = names.length - MAX_NAMES;
  return [...names.slice(0, MAX_NAMES), ...(more > 0 ? [`and ${more} more`] : [])].join(', ') || 'nothing';
}

function good(name: HealthCheckName, message: string): Check {
  return { name, ok: true, message };
}

function bad(name: HealthCheckName, message: string): Check {
  return { name, ok: false, message };
}
