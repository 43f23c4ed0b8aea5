import type { NamedService } from '../rancher.backend.js';

/** The name of this kind in every reference. */
export const CATTLE = 'cattle';

const ENVIRONMENT_ID = /^\d+a\d+$/;
const SERVICE_ID = /^\d+s\d+$/;

/** The service that is named by Cattle's ids. A name would be the id of no service, and nothing be known of it. */
export function referenceTo(environment: string, id: string): NamedService {
  const problems = [
    ...(ENVIRONMENT_ID.test(environment) ? [] : ['environment must be an id such as 1a5, not its name']),
    ...(SERVICE_ID.test(id) ? [] : ['service must be an id such as 1s7, not its name']),
  ];
  if (problems.length > 0) return { ok: false, problem: problems.join('; ') };
  return { ok: true, service: { backend: CATTLE, environment, id } };
}
