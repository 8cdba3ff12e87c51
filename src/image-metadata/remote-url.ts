/**
 * A git remote's public address: https, without user, password, query and `.git`.
 * Undefined for a local path, which means nothing to anybody else.
 */
export function publicRemoteUrl(remote: string): string | undefined {
  const text = remote.trim()
  // The scp form, git@host:path, is not a URL; a single letter before the colon is a Windows drive.
  const [, host, path] = /^(?:[^@/\s]+@)?([A-Za-z0-9.-]{2,}):(?!\/\/)([^\s]+)$/.exec(text) ?? []
  if (host !== undefined && path !== undefined) return tidy(host, path)
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return undefined
  }
  if (!/^(https?|ssh|git|git\+ssh):$/.test(url.protocol) || url.hostname === '') return undefined
  const port = /^https?:$/.test(url.protocol) && url.port !== '' ? `:${url.port}` : ''
  return tidy(`${url.hostname}${port}`, url.pathname)
}

function tidy(host: string, path: string): string | undefined {
  const trimmed = path
    .replace(/[?#][^]*/, '')
    .replace(/^\/+|(?<!\/)\/+$/g, '')
    .replace(/\.git$/, '')
  return trimmed === '' ? undefined : `https://${host}/${trimmed}`
}
