import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { ServerCertificate } from './authority.ts'
import { serveNames } from './name-service.ts'

/** Answers one request. */
export type Site = (request: IncomingMessage, response: ServerResponse) => void

/** Something that goes wrong on the way. */
export interface Trouble {
  /** Of `METHOD host/path?query`. */
  at: RegExp
  instead: Site
}

/** Everything outside of a machine, at one address of this one. */
export interface Internet {
  troubles: Trouble[]
  /** `METHOD host/path?query`, in the order of arrival. */
  asked: string[]
  /** Adds a site that shows a certificate of its own. */
  open(host: string, site: Site, certificate: ServerCertificate): void
  /** Takes a host away: nobody knows its name any more, and no connection stays. */
  takeAway(host: string): void
  bringBack(host: string): void
  /** Shows another certificate in the name of a host, on new connections; the others end. Without one it shows its own again. */
  showCertificate(host: string, other?: ServerCertificate): void
  end(): Promise<void>
}

/** Opens sites over TLS, and a name service that knows them all, at an address. */
export async function serveInternet(
  address: string,
  certificate: ServerCertificate,
  known: Readonly<Record<string, Site>>,
): Promise<Internet> {
  const sites = { ...known }
  const names = new Set(Object.keys(sites))
  const troubles: Trouble[] = []
  const asked: string[] = []
  const server: Server = createServer(certificate, (request, response) => {
    const host = request.headers.host?.replace(/:\d+$/, '') ?? ''
    const line = `${request.method} ${host}${request.url}`
    asked.push(line)
    const site = troubles.find(({ at }) => at.test(line))?.instead ?? sites[host]
    if (site === undefined) response.writeHead(421).end()
    else site(request, response)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(443, address, resolve))
  const nameService = await serveNames(address, names)
  return {
    troubles,
    asked,
    open(host, site, own) {
      sites[host] = site
      names.add(host)
      server.addContext(host, own)
    },
    takeAway(host) {
      names.delete(host)
      server.closeAllConnections()
    },
    bringBack: (host) => void names.add(host),
    showCertificate(host, other = certificate) {
      server.addContext(host, other)
      server.closeAllConnections()
    },
    async end() {
      nameService.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
