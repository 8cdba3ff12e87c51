/** The tolerated difference between clocks, in milliseconds; a date further in the future cannot be trusted. */
export const clockSkew = 15 * 60_000
