-- Suppression of machines by the plant's calendar and by suppression groups, beside that by operators, and for a time.

-- Who suppresses: an operator, a maintenance of the calendar, or a group, and the name of these. Several may at the same time.
alter table machine_suppression
  add column source text not null default 'operator' check (source in ('operator', 'calendar', 'group')),
  add column name text not null default '',
  -- Ends by itself then. Null: when somebody ends it, or the cause of a group has cleared.
  add column until timestamptz,
  -- Ended by hand, while the maintenance or the cause goes on: it is not begun again for it.
  add column ended_at timestamptz,
  add column ended_by text,
  drop constraint machine_suppression_pkey,
  add primary key (machine_id, source, name);
