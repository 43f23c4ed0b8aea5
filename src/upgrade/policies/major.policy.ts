import { Injectable } from '@nestjs/common';
import { upTo } from './semver-part.js';
import { PolicyKind, withoutArgument } from './version-policy.js';

/** Admits every newer version, but unlike `newest` no moving tag. */
@Injectable()
export class MajorPolicy extends PolicyKind {
  override readonly name = 'major';
  override readonly example = 'major';

  override read(argument: string | null) {
    return withoutArgument(argument, upTo('major'));
  }
}
