/** Clocks differ a little, in milliseconds; what comes from further in the future has a date that nobody can trust. */
export const clockSkew = 15 * 60_000
