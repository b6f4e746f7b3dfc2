/** The numbers of PostgreSQL's advisory locks that the services take: each another, as all are of one database. */
export const ADVISORY_LOCKS = {
  /** One process migrates while the others wait. */
  migrate: 7_201_455,
  /** One maker at a time; two that make the same table would fail on its type's name. */
  createPartitions: 7_201_456,
  /** One consumer at a time maintains the partitions. */
  maintenance: 7_201_457,
  /** One at a time changes settings. */
  alarmSettings: 7_201_458,
  /** Whoever registers ids of sensors shares it; who makes one the alias of another sensor has it alone. So none is both. */
  sensorIds: 7_201_459,
  /** Of the transactions that raise alarms of silent sensors. */
  silence: 7_201_460,
} as const
