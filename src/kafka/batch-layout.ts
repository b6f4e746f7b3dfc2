/** Where what lies in a record batch of version 2: https://kafka.apache.org/documentation/#recordbatch */

export const BATCH_VERSION = 2
export const FIRST_OFFSET_AT = 0
export const LENGTH_AT = 8
/** What the length counts begins here. */
export const COUNTED_AT = 12
export const LEADER_EPOCH_AT = 12
export const VERSION_AT = 16
export const CHECKSUM_AT = 17
/** What the checksum is of begins here. */
export const ATTRIBUTES_AT = 21
export const LAST_OFFSET_DELTA_AT = 23
export const FIRST_TIME_AT = 27
export const LAST_TIME_AT = 35
export const PRODUCER_ID_AT = 43
export const PRODUCER_EPOCH_AT = 51
export const FIRST_SEQUENCE_AT = 53
export const COUNT_AT = 57
/** Where the records begin, packed or not. */
export const RECORDS_AT = 61
