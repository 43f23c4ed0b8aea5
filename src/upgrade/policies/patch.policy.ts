import { Injectable } from '@nestjs/common';
import { upTo } from './semver-part.js';
import { PolicyKind, withoutArgument } from './version-policy.js';

/** Admits newer versions with the same major and minor part: 1.2.9 after 1.2.3, not 1.3.0. */
@Injectable()
export class PatchPolicy extends PolicyKind {
  override readonly name = 'patch';
  override readonly example = 'patch';

  override read(argument: string | null) {
    return withoutArgument(argument, upTo('patch'));
  }
}
