import { Injectable } from '@nestjs/common';
import { upTo } from './semver-part.js';
import { PolicyKind, withoutArgument } from './version-policy.js';

/** Admits newer versions with the same major part: 1.9.0 after 1.2.3, not 2.0.0. */
@Injectable()
export class MinorPolicy extends PolicyKind {
  override readonly name = 'minor';
  override readonly example = 'minor';

  override read(argument: string | null) {
    return withoutArgument(argument, upTo('minor'));
  }
}
