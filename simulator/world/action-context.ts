/** Who does it, and what their schema and the switched faults make of it. */
export interface ActionContext {
  readonly actor: string;
  /** false for service accounts: `secrets` is not in their schema. */
  readonly secrets: boolean;
  /** true when POSTed to `/loadbalancerservices/…`: the rollback filter is not applied there. */
  readonly ownLink?: boolean;
  /** A refused lock: `nothing` is stored, or the new `launchConfig` is although the state stays. */
  readonly conflict?: 'nothing' | 'launchConfig' | undefined;
}
