// Numbers that no policy can set, each with its reason. What a policy can set is in default.ts.

/** The largest unpacked size of a class of images, unless the policy sets one. Interpreted programs bring their interpreter; compiled ones do not. */
export const sizeBudgets = { interpreted: '100 MB', compiled: '50 MB' } as const

/** For how long a verdict can be used to release. Vulnerability databases change several times a day, so yesterday's yes no longer counts. */
export const verdictCounts = '24h'

/** Days before its last day from which an exception is reported: time to repair, or to look at the risk again. */
export const exceptionEndsSoon = 14
