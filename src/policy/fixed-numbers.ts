// Numbers that no policy can set, each with its reason. What a policy can set is in default.ts.

/** The largest unpacked size of a class of images, unless the policy sets one. Interpreted programs bring their interpreter; compiled ones do not. */
export const sizeBudgets = { interpreted: '100 MB', compiled: '50 MB' } as const

/**
 * How long a verdict can be used to release. Vulnerability databases change several times a day, so yesterday's yes no
 * longer counts.
 */
export const verdictCounts = '24h'

/** How many days before its expiry an exception is reported: time to fix it, or to reassess the risk. */
export const exceptionEndsSoon = 14
