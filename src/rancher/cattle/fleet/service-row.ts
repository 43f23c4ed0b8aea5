import { parseImageReference, repositoryOf } from '../../../domain/image-reference.js';
import type { LaunchConfig, ServiceResource } from '../api/cattle.wire.js';
import { LABELS } from '../labels.js';
import { imagesOf } from '../service-view.js';

/** Labels that Rancher sets for itself: of no use to anybody here but those that are read. */
const OWN_LABELS = 'io.rancher.';
const READ_LABELS: ReadonlySet<string> = new Set(Object.values(LABELS));
const ACTIONS = { upgrade: 'offered' };

/** What is kept of a service, out of a resource that is several times as large: all that its view is made of. */
export function rowOf(resource: ServiceResource): ServiceResource {
  const { id, type, name, state, stackId, healthState, system, retainIp, scale } = resource;
  const { transitioningMessage, launchConfig, secondaryLaunchConfigs, actions } = resource;
  const last = resource.upgrade?.inServiceStrategy?.launchConfig;
  return {
    id,
    type,
    name,
    state,
    stackId,
    ...(healthState && { healthState }),
    ...(system && { system }),
    ...(retainIp && { retainIp }),
    ...(typeof scale === 'number' && { scale }),
    ...(transitioningMessage && { transitioningMessage }),
    ...(actions?.['upgrade'] && { actions: ACTIONS }),
    ...(launchConfig && { launchConfig: configOf(launchConfig) }),
    ...(secondaryLaunchConfigs?.length && { secondaryLaunchConfigs: secondaryLaunchConfigs.map(configOf) }),
    ...(last && { upgrade: { inServiceStrategy: { launchConfig: imageAndVersionOf(last) } } }),
  };
}

/** The (normalised) repositories of all images that a service runs. */
export function repositoriesOf(resource: ServiceResource): readonly string[] {
  const repositories = imagesOf(resource).flatMap((image) => {
    const parsed = parseImageReference(image);
    return parsed.ok ? [repositoryOf(parsed.reference)] : [];
  });
  return [...new Set(repositories)];
}

function configOf(config: LaunchConfig): LaunchConfig {
  const { name, labels, networkLaunchConfig, dataVolumesFromLaunchConfigs } = config;
  return {
    ...(name && { name }),
    ...imageAndVersionOf(config),
    ...(labels && { labels: labelsOf(labels) }),
    ...(networkLaunchConfig && { networkLaunchConfig }),
    ...(dataVolumesFromLaunchConfigs?.length && { dataVolumesFromLaunchConfigs }),
  };
}

function imageAndVersionOf({ imageUuid, version }: LaunchConfig): LaunchConfig {
  return { ...(imageUuid && { imageUuid }), ...(version && { version }) };
}

function labelsOf(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(labels);
  const kept = names.filter(isKept);
  if (kept.length === names.length) return labels;
  return Object.fromEntries(kept.map((name) => [name, labels[name] ?? '']));
}

function isKept(label: string): boolean {
  return !label.startsWith(OWN_LABELS) || READ_LABELS.has(label);
}
