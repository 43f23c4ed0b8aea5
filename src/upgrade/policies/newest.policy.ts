import { Injectable } from '@nestjs/common';
import { effectiveTag, type ImageReference } from '../../domain/image-reference.js';
import { compareVersions, describeTag, hasMovingTag, tagName, versionOf, type Version } from './tag-order.js';
import { ACCEPT, PolicyKind, refuse, withoutArgument, type Verdict } from './version-policy.js';

/** Admits any newer version, `latest` after a version, and the same moving tag again. */
@Injectable()
export class NewestPolicy extends PolicyKind {
  override readonly name = 'newest';
  override readonly example = 'newest';

  override read(argument: string | null) {
    return withoutArgument(argument, { judge: judgeNewest });
  }
}

/** What `newest` says; most other policies add a condition of their own to it. */
export function judgeNewest(
  running: ImageReference,
  published: ImageReference,
  prereleases: boolean,
): Verdict {
  const [from, to] = [versionOf(running), versionOf(published)];
  const tag = effectiveTag(published);
  if (tag === effectiveTag(running)) return judgeSameTag(running, published, hasMovingTag(published));
  if (from && tag === 'latest') return ACCEPT;
  const verdict = from && to ? judgeVersions(from, to, prereleases) : null;
  return verdict ?? notComparable(running, published);
}

/** One tag, or none on both sides: another digest is another image, and so is a `moving` tag without a digest. */
export function judgeSameTag(running: ImageReference, published: ImageReference, moving: boolean): Verdict {
  const isOther = published.digest === null ? moving : published.digest !== running.digest;
  if (isOther) return ACCEPT;
  return refuse('version.not_newer', `${tagName(published)} is running already`);
}

/** Null: nothing tells which of the two is newer. */
function judgeVersions(from: Version, to: Version, prereleases: boolean): Verdict | null {
  const order = compareVersions(to, from);
  if (order === null) return null;
  if (from.flavour !== to.flavour) {
    return refuse(
      'version.other_flavour',
      `${to.tag} has ${flavourOf(to)}, ${from.tag} has ${flavourOf(from)}`,
    );
  }
  if (order <= 0) return refuse('version.not_newer', `${to.tag} is not newer than ${from.tag}`);
  if (!to.prerelease || from.prerelease || prereleases) return ACCEPT;
  return refuse(
    'version.prerelease',
    `${to.tag} is a prerelease and ${from.tag} is none; the label autoupdate.prerelease=true admits it`,
  );
}

function notComparable(running: ImageReference, published: ImageReference): Verdict {
  return refuse(
    'version.not_comparable',
    `${describeTag(published)} cannot be compared with ${describeTag(running)}`,
  );
}

function flavourOf({ flavour }: Version): string {
  return flavour === '' ? 'no flavour' : `the flavour ${flavour.replace(/^[-_.+]/, '')}`;
}
