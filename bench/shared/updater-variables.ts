/** The updater's key of Rancher, as the simulator reads it; and the name under which the updater's deeds are noted. */
export const KEY = { access: 'updater', secret: 'updater-secret', kind: 'admin' } as const;

/** Where an updater finds Rancher, listens and keeps its data. */
export interface Place {
  readonly rancher: string;
  /** 0: any that is free; the updater says which. */
  readonly port: number;
  readonly data: string;
}

/** The variables that every updater here is started with, and such more. */
export function updaterVariables(
  { rancher, port, data }: Place,
  more: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return {
    CATTLE_URL: rancher,
    CATTLE_ACCESS_KEY: KEY.access,
    CATTLE_SECRET_KEY: KEY.secret,
    AUTOUPDATE_HTTP_HOST: '127.0.0.1',
    AUTOUPDATE_HTTP_PORT: String(port),
    AUTOUPDATE_DATA_DIR: data,
    ...more,
  };
}
