/** Labels of Cattle's own that are read. */
export const LABELS = {
  /** Which part of its service a container is: a sidekick's name, or `MAIN_PART`. */
  part: 'io.rancher.service.launch.config',
  /** The container may end by itself and is then not started again. */
  startOnce: 'io.rancher.container.start_once',
  /** The service runs once on each host, whatever its scale. */
  global: 'io.rancher.scheduler.global',
} as const;

export const MAIN_PART = 'io.rancher.service.primary.launch.config';

/** Whether a label is set to true, in small letters or capitals, as Cattle reads it (`Boolean.valueOf`). */
export function isSet(labels: Readonly<Record<string, string>> | null | undefined, label: string): boolean {
  return String(labels?.[label]).toLowerCase() === 'true';
}
