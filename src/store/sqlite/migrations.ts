import type Libsql from 'libsql';

/**
 * What made the file what it is, in order; only ever added to. Indexes that ask for a status cover unsettled rows alone,
 * so that history does not slow down what is due.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table upgrades (
    seq integer primary key autoincrement,
    id text not null unique,
    image text not null,
    repository text not null,
    options text not null,
    request_id text not null,
    status text not null,
    created_at integer not null,
    finished_at integer,
    plan_at integer,
    outage text,
    cancelled_at integer,
    failures integer not null,
    version integer not null
  ) strict;
  create index upgrades_by_status on upgrades (status, seq);
  create index upgrades_by_repository on upgrades (repository, seq);
  create index upgrades_running on upgrades (image, seq) where status = 'running';
  create index upgrades_finished on upgrades (finished_at, seq) where finished_at is not null;
  create index upgrades_to_plan on upgrades (plan_at, seq) where plan_at is not null;
  create index upgrades_unplanned on upgrades (repository, seq) where plan_at is not null;

  create table plans (
    seq integer primary key autoincrement,
    upgrade_id text not null references upgrades (id),
    backend text not null,
    environment_id text not null,
    environment_name text not null,
    status text not null,
    outage text,
    skipped text not null,
    unique (upgrade_id, backend, environment_id)
  ) strict;

  create table rollouts (
    seq integer primary key autoincrement,
    id text not null unique,
    upgrade_id text not null references upgrades (id),
    service_backend text not null,
    service_environment text not null,
    service_id text not null,
    environment text not null,
    stack text not null,
    name text not null,
    link text not null,
    from_image text not null,
    to_image text not null,
    recreated text not null,
    status text not null,
    activity text not null,
    arrival integer not null,
    reason text,
    attempt text,
    revision text,
    confirm integer not null,
    start_first integer not null,
    timeout integer not null,
    on_failure text not null,
    leftover text not null,
    ignore_hold integer not null,
    confirm_within integer,
    bake integer not null,
    started_at integer,
    timed_from integer,
    proof text,
    undoing text,
    watched_until integer,
    reminders integer not null,
    superseded_by text,
    finished_at integer,
    due_at integer not null,
    busy_since integer,
    outage text,
    unseen_ms integer not null,
    baked_ms integer not null,
    version integer not null
  ) strict;
  create index rollouts_by_upgrade on rollouts (upgrade_id, seq);
  create index rollouts_queued on rollouts (due_at, seq) where status = 'queued';
  create index rollouts_queued_by_service on rollouts (service_backend, service_environment, service_id, status, arrival, seq)
    where status = 'queued';
  create index rollouts_busy on rollouts (service_backend, service_environment, service_id, status)
    where status in ('upgrading', 'finishing', 'rolling_back');
  create index rollouts_moving on rollouts (seq) where activity = 'moving';
  create index rollouts_watched on rollouts (due_at, seq) where activity = 'watched';
  create index rollouts_open_by_service on rollouts (service_backend, service_environment, service_id, arrival, seq)
    where activity <> 'over';
  create index rollouts_by_service on rollouts (service_backend, service_environment, service_id, seq);

  create table outbox (
    seq integer primary key autoincrement,
    id text not null unique,
    channel text not null,
    payload text not null,
    created_at integer not null,
    attempts integer not null,
    due_at integer not null
  ) strict;
  create index outbox_due on outbox (due_at, seq);

  create table journal (
    id integer primary key autoincrement,
    at integer not null,
    upgrade_id text not null references upgrades (id),
    rollout_id text,
    status text not null,
    message text not null,
    reason text
  ) strict;
  create index journal_by_upgrade on journal (upgrade_id, id);

  create table holds (
    seq integer primary key autoincrement,
    service_backend text not null,
    service_environment text not null,
    service_id text not null,
    environment text not null,
    stack text not null,
    name text not null,
    image text not null,
    since integer not null,
    upgrade_id text not null,
    unique (service_backend, service_environment, service_id, image)
  ) strict;

  create table idempotency_keys (
    key text not null primary key,
    fingerprint text not null,
    upgrade_id text not null references upgrades (id),
    created_at integer not null
  ) strict;
  create index idempotency_keys_by_age on idempotency_keys (created_at);
  create index idempotency_keys_by_upgrade on idempotency_keys (upgrade_id);

  create table probe (id integer primary key, at integer not null, room blob not null) strict;
  `,
  // What is due is found in its order, and where an upgrade stands is counted, without a look at each of its rollouts.
  `
  drop index rollouts_queued;
  create index rollouts_queued on rollouts (due_at, arrival, seq) where status = 'queued';
  create index rollouts_tally on rollouts (upgrade_id, status, reason ->> '$.code');
  create index rollouts_begun on rollouts (upgrade_id, status, id) where status = 'queued' and attempt is not null;
  create index plans_by_upgrade on plans (upgrade_id, seq);
  `,
  // Each channel has an outbox of its own, whose first item is found without a look at the others' payloads.
  `
  alter table rollouts add column notify text;
  drop index outbox_due;
  create index outbox_by_channel on outbox (channel, seq, due_at, created_at);
  `,
  // Who asked, with what came of it and in the audit, which outlives it; and how many are not planned, without counting
  // them.
  `
  alter table upgrades add column caller text;
  alter table rollouts add column request_id text not null default '';
  alter table rollouts add column caller text;
  update rollouts set request_id = (select request_id from upgrades where upgrades.id = rollouts.upgrade_id);

  create table audit (
    id integer primary key autoincrement,
    at integer not null,
    action text not null,
    request_id text not null,
    caller text,
    caller_word text,
    upgrade_id text not null,
    image text not null,
    rollout_id text,
    environment text,
    stack text,
    service text
  ) strict;
  create index audit_by_age on audit (at, id);
  create index audit_by_upgrade on audit (upgrade_id);
  create trigger audit_unchanged before update on audit begin
    select raise(abort, 'the audit is only ever added to');
  end;

  create table audit_services (
    upgrade_id text not null,
    backend text not null,
    environment_id text not null,
    service_id text not null,
    primary key (upgrade_id, backend, environment_id, service_id)
  ) strict, without rowid;
  create index audit_services_by_service on audit_services (backend, environment_id, service_id, upgrade_id);

  create table unplanned (id integer primary key, count integer not null) strict;
  insert into unplanned select 1, count(*) from upgrades where plan_at is not null;
  create trigger unplanned_more after insert on upgrades when new.plan_at is not null begin
    update unplanned set count = count + 1;
  end;
  create trigger unplanned_changed after update of plan_at on upgrades
    when (old.plan_at is null) <> (new.plan_at is null) begin
    update unplanned set count = count + iif(new.plan_at is null, -1, 1);
  end;
  create trigger unplanned_less after delete on upgrades when old.plan_at is not null begin
    update unplanned set count = count - 1;
  end;
  `,
  `
  drop index audit_by_upgrade;
  create index audit_by_upgrade on audit (upgrade_id, at, id);
  `,
  `
  alter table upgrades add column alarmed text not null default '[]';
  `,
  // What a plan leaves as it is, in parts: thousands in one value held up everything else while it was written or read. A
  // plan at a time, by a trigger: all of them in one statement are sorted in memory.
  `
  create table skipped (
    upgrade_id text not null references upgrades (id),
    backend text not null,
    environment_id text not null,
    part integer not null,
    services text not null,
    primary key (upgrade_id, backend, environment_id, part)
  ) strict;
  create table parted (seq integer primary key) strict;
  create trigger part_by_part after insert on parted begin
    insert into skipped
      select upgrade_id, backend, environment_id, item.key / 100, json_group_array(json(item.value) order by item.key)
      from plans, json_each(plans.skipped) as item where plans.seq = new.seq
      group by item.key / 100;
  end;
  insert into parted select seq from plans;
  drop table parted;
  alter table plans drop column skipped;
  `,
];

/**
 * Brings a file up to date, in one transaction. (Kysely's Migrator uses none on SQLite.)
 *
 * @throws Error a sentence, when a newer version of the program has written the file
 */
export function migrate(database: Libsql.Database, migrations = MIGRATIONS): void {
  const format = formatOf(database);
  if (format > migrations.length) throw new Error(tooNew(format, migrations.length));
  if (format === migrations.length) return;
  database.exec('begin immediate');
  try {
    for (const migration of migrations.slice(format)) database.exec(migration);
    database.exec(`pragma user_version = ${migrations.length}`);
    database.exec('commit');
  } catch (error) {
    if (database.inTransaction) database.exec('rollback');
    throw error;
  }
}

function formatOf(database: Libsql.Database): number {
  const [format] = database.prepare('pragma user_version').pluck().all();
  return Number(format);
}

function tooNew(format: number, known: number): string {
  return `a newer version of this program has written it (format ${format}, this one knows up to ${known})`;
}
