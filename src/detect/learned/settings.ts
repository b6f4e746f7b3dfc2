/**
 * One set of settings for every sensor: nothing here has a unit of the sensor's, and windows are counted in readings, so that a sensor
 * read ten times a second and one read once an hour are judged alike. How they were chosen, and what changing them does:
 * docs/decisions/0011.
 */

/** A score at or above it is an alert. The scale of the scores is set so that it is one half. */
export const ALERT_THRESHOLD = 0.5
/** The strength, in the units of summed evidence, that scores one half. */
export const STRENGTH_AT_THRESHOLD = 0.65
/** Nothing is reported before so many readings: a peak memory that has seen less calls every second peak the largest ever. */
export const WARM_UP_READINGS = 180

/** The moving average that a jump is measured against: about the last 12 readings. */
export const FAST_RATE = 0.17
/** The slow mean of the residual: about the last 70 readings. */
export const SLOW_RATE = 0.03
/** Short-term variability: about the last 40 readings. */
export const VARIABILITY_RATE = 0.05
/** The level and the spread of everything, once more than 200 readings have been seen. */
export const LEVEL_RATE = 0.005
/**
 * What is remembered for days (hours, peaks, shapes) is forgotten by readings, but never faster than at this interval: by readings alone a
 * sensor read once a second would take the last minute for what is usual in the hour, and would have forgotten yesterday's peaks.
 */
export const FASTEST_FORGETTING_US = 300_000_000
/** An hour of the day follows at this rate, once 50 of its readings have been seen: a fifth with each day at an interval of 5 minutes. */
export const HOUR_RATE = 0.02
/** A residual beyond so many mean absolute residuals moves the level and the hour no further (Huber). */
export const HUBER_SPREADS = 2.5
/** Variability below this share of the spread is as good as none: else a quiet minute would be the event of the year. */
export const VARIABILITY_FLOOR = 0.05

/** So many of the largest peaks are remembered, for each statistic and direction. */
export const PEAKS = 10
/** Fewer peaks say nothing. */
export const PEAKS_NEEDED = 5
/** A peak runs until so many readings have passed without a higher one. */
export const PEAK_GAP_READINGS = 34
/** One reading raises the largest peak by at most this share of the distance between the largest and the smallest. */
export const PEAK_CAP = 0.25
/** Evidence begins so many tail scales beyond the smallest peak: of 10 exponential peaks the largest lies about ln 10 there. */
export const TAIL_SCALES = 2.3
/** The tail scale is the mean excess over the smallest peak, plus this share of that peak's distance from the mean. */
export const TAIL_SHARE_OF_RANGE = 0.08
/** Per reading, peaks shrink towards the mean of their statistic: by half in 11,500 readings, or in 40 days where that is longer. */
export const PEAK_KEEP = 0.99994
/** The peaks are shrunk once in so many readings. */
export const FORGET_EVERY_READINGS = 64
/** One statistic says at most this much. */
export const EVIDENCE_MAX = 4

/** A sensor that gives one value so many times longer than it ever did, and for so many readings, is stuck; its strength then. */
export const STUCK_FACTOR = 3
export const STUCK_READINGS = 30
export const STUCK_STRENGTH = 1.5

/** The sum's moving average (about the last 13 readings), and how much it counts beside the sum. */
export const ACCUMULATION_RATE = 0.15
export const ACCUMULATION_WEIGHT = 3
/** While the strength of an alert fades, halved every `REALERT_HALF_LIFE_READINGS`, the next one must be so many times stronger. */
export const REALERT_MARGIN = 1.8
export const REALERT_HALF_LIFE_READINGS = 100

/** A shape is so many means of so many readings each. */
export const SHAPE_POINTS = 6
export const READINGS_PER_POINT = 4
/**
 * Earlier shapes that are kept, and how many are needed. With few the nearest is far away, and the peaks of that time would hide what is
 * unusual for weeks: with 8 they were twice those of later.
 */
export const SHAPES = 96
export const SHAPES_NEEDED = 32
/** One shape in so many readings is offered to the reservoir, as late. A prime: a divisor of a day's readings would see few hours. */
export const SHAPE_EVERY_READINGS = 17
/** The reservoir behaves as if it had been offered at most so many: it forgets, slowly. */
export const RESERVOIR_MEMORY = 1500

/** A pause of so many usual intervals is a gap: what was before says nothing of jumps and shapes after it. */
export const GAP_INTERVALS = 12
/** So many readings older than the newest in a row mean that the clock was set back, or that the newest was wrong. */
export const LATE_READINGS = 100
/** Values beyond are scored as this one, so that no square overflows. */
export const LARGEST_VALUE = 1e100
