import { Injectable } from '@nestjs/common';
import { PolicyKind, refuse, withoutArgument } from './version-policy.js';

/** Admits nothing. */
@Injectable()
export class NeverPolicy extends PolicyKind {
  override readonly name = 'never';
  override readonly example = 'never';

  override read(argument: string | null) {
    return withoutArgument(argument, {
      judge: () => refuse('policy.never', 'the policy of the service is never to be upgraded'),
    });
  }
}
