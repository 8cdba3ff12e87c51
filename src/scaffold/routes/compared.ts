import type { Route } from './route.ts'

/** What a client asks for, and what is only passed over by something that looks at requests. */
const asks =
  /(?:\b(?:fetch|urljoin|NewRequest\w*|URL|request|requests\.\w+|https?\.(?:get|Get|Head|Post|request)|\w*[cC]lient\.\w+)|\.(?:get|Get|post|head|Head|join|resolve|create))\([^()]*$/
const passes =
  /(?:[mM]atchers?|[eE]xclude\w*|[sS]kip\w*|[iI]gnore\w*|[rR]edirect\w*|[wW]ithout\w*)["']?\s*(?:\([^()]*|[=:][^()\n]*)$/

/** What stands before a path that is compared with the whole path of a request, or that a library answers. */
const compares =
  /(?:(?:={2,3}|\bcase|=>|\.equals\(|\bHeartbeat\(|\b(?:Liveness|Readiness)Endpoint\s*:)\s*|\bin\s*\([^()]*|\bhealthChecks\s*:\s*\{[^{}]*)$/

/** A comparison whose value is given back says no more than that a path is known. */
const isGivenBack = /(?:!==?\s*|\bnot\s+in\s*\([^()]*|!\s*[\w.]+\([^()]*|(?:=>|\breturn\b|\blambda\b)[^;{}]*={2,3}\s*)$/

/** What a comparison leads to where the request goes on to something else. */
const goesOn =
  /^(?:\s*(?:,|\|\||\bor\b)[^\n{;,|"'`]*["'`][^"'`\n]*["'`])*[\s)]*(?:[{:]\s*)?(?:(?:return\s+)?(?:await\s+)?(?:(?:h|handler|inner|wrapped)\.ServeHTTP|next|call_next|(?:self\.)?get_response|\w*[cC]hain\.doFilter)\b|(?:return\s*(?:[;}\n]|true\b|false\b|null\b|None\b|True\b|False\b|$)|continue\b))/

/** Paths in quotes of a server without routes: neither part of an address, nor in a list, nor what a client asks for. */
export function comparedPaths(text: string): Route[] {
  return quotedIn(text).flatMap(({ path, before }) =>
    isAsked(before) || isListed(before) ? [] : [{ path, prefix: '' }],
  )
}

/** The same beside routes, where a path may be one that is passed over, or be below what stands before other paths. */
export function comparedBesideRoutes(text: string, prefixed: boolean): Route[] {
  return quotedIn(text).flatMap(({ path, before, above, after }) => {
    const whole = compares.test(before) || compares.test(above) || after.startsWith('.equals(')
    if (isAsked(before) || passes.test(above) || (isListed(before) && !whole)) return []
    if (isGivenBack.test(before) || goesOn.test(after)) return []
    return [{ path, prefix: whole || !prefixed ? '' : undefined }]
  })
}

function quotedIn(text: string): Array<{ path: string; before: string; above: string; after: string }> {
  return [...text.matchAll(/["'`](?:[A-Z]+ )?(\/[A-Za-z0-9/_-]+?)\/?(?:\{\$\})?["'`]/g)].map(
    ({ 0: quoted, 1: path, index }) => {
      const above = text.slice(Math.max(0, index - 200), index)
      const end = index + quoted.length
      return { path: path as string, above, before: above.split('\n').at(-1) ?? '', after: text.slice(end, end + 100) }
    },
  )
}

function isListed(before: string): boolean {
  const opened = /[([{][^()[\]{}]*$/.exec(before)?.[0] ?? ''
  return /^[[{]/.test(opened) && !/(?:case|=>|==|:)\s*$/.test(before)
}

function isAsked(before: string): boolean {
  return /\+\s*$/.test(before) || asks.test(before)
}
