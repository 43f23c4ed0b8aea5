import type { Type } from '@nestjs/common';
import { ForcePolicy } from './force.policy.js';
import { GlobPolicy } from './glob.policy.js';
import { MajorPolicy } from './major.policy.js';
import { MinorPolicy } from './minor.policy.js';
import { NeverPolicy } from './never.policy.js';
import { NewestPolicy } from './newest.policy.js';
import { PatchPolicy } from './patch.policy.js';
import { RangePolicy } from './range.policy.js';
import { RegexPolicy } from './regex.policy.js';
import type { PolicyKind } from './version-policy.js';

/** The policies that a service can choose, in the order in which people are told of them. */
export const POLICIES: readonly Type<PolicyKind>[] = [
  NewestPolicy,
  PatchPolicy,
  MinorPolicy,
  MajorPolicy,
  RangePolicy,
  GlobPolicy,
  RegexPolicy,
  ForcePolicy,
  NeverPolicy,
];
