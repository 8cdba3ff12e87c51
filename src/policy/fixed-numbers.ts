// What no policy sets, with the reason beside it. What a policy can set stands in default.ts.

/** The unpacked size that a class of images may have where the policy says nothing of it. An interpreter is part of the image; what a compiler made brings only itself. */
export const sizeBudgets = { interpreted: '100 MB', compiled: '50 MB' } as const

/** How long a verdict can be released on. Vulnerability databases change several times a day: yesterday's yes no longer counts. */
export const verdictCounts = '24h'

/** Days before its last day from which an exception is reported: time to repair, or to look at the risk again. */
export const exceptionEndsSoon = 14
