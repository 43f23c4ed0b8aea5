import type { Fields } from '../../common/log.js';
import type { Named } from '../../domain/service.js';

/** Which environment a line of the log is about. */
export function environmentFields({ id, name }: Named): Fields {
  return { environment: name, environment_id: id };
}
