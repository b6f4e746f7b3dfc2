/**
 * A reading of a quality below it says more of its sensor than of the machine: it is kept and shown, but raises no alarm of the process, and is
 * left out of what minutes and hours come to. OPC UA would call it Bad. A reading without a quality is good.
 */
export const BAD_QUALITY_BELOW = 0.5
