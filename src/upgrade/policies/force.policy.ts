import { Injectable } from '@nestjs/common';
import { ACCEPT, PolicyKind, withoutArgument } from './version-policy.js';

/** Admits everything that is published: older versions, any tag or digest, the same one too. */
@Injectable()
export class ForcePolicy extends PolicyKind {
  override readonly name = 'force';
  override readonly example = 'force';

  override read(argument: string | null) {
    return withoutArgument(argument, { judge: () => ACCEPT });
  }
}
