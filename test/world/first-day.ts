import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Run } from '../../src/model/index.ts'
import { tools } from '../../src/tools/images.ts'
import { serveDistribution } from '../engine/distribution.ts'
import { installed } from './laptop.ts'
import { companySite } from './registries.ts'
import type { World } from './world.ts'

/** Pins that have what is published in the world. */
export const published = { LOADLINE_TOOLS: '/home/ada/pins.json' }

/** How a run ends that says this, with these words after each other. */
export function ends(exitCode: number, ...words: string[]) {
  return { exitCode, said: expect.stringMatching(new RegExp(words.join('.*'))) as string }
}

/** What a person on the laptop can do. What programs print is broken into lines by the width of a terminal, and is given without. */
export function person(there: () => World) {
  const type = async (argv: readonly string[], env: Record<string, string> = {}, as: 'ada' | 'guest' = 'ada') => {
    const { exitCode, stdout, stderr } = await there().laptop.run(argv, env, as)
    return { exitCode, said: `${stdout}\n${stderr}`.replaceAll(/\s+/g, ' ') }
  }
  return {
    type,
    /** Runs the installed Loadline. */
    loadline: (argv: readonly string[], env: Record<string, string> = {}, as: 'ada' | 'guest' = 'ada') =>
      type([...installed, ...argv], env, as),
  }
}

const host = 'registry.example.com'
const account = { user: 'ada', password: 'registry-canary-7d20' }

/** The tests of a day in an empty home directory, up to a release: each step rests on those before it, as in the documentation. The options are those of build-and-scan. */
export function firstDay(there: () => World, ...options: string[]): void {
  const { type, loadline } = person(there)

  it('has the bases locked, after the engine has been told whom to believe', async () => {
    const { laptop, authority } = there()
    const believed = join(laptop.home, '.config/dagger/ca-certificates')
    mkdirSync(believed, { recursive: true })
    copyFileSync(authority.certificate, join(believed, 'authority.crt'))
    await laptop.own()
    const bases = ['docker.io/library/golang:1.26-bookworm', 'gcr.io/distroless/static-debian12:nonroot']
    expect(await loadline(['lock', 'go-service'], published)).toEqual(
      ends(0, ...bases.toSorted((left, right) => (left < right ? -1 : 1)).map((base) => `new ${base} sha256:`)),
    )
  })

  it('comes to PASSED', async () => {
    expect(await loadline(['build-and-scan', 'go-service', ...options], published)).toEqual(ends(0, 'PASSED'))
  })

  it('comes to a release that is signed, attested and verified, in a registry with TLS and a password', async () => {
    const { internet, laptop, company } = there()
    internet.open(host, companySite(host, await serveDistribution(), account), await company.issue([host]))
    mkdirSync(join(laptop.home, 'keys'))
    copyFileSync(company.certificate, join(laptop.home, 'company.pem'))
    await laptop.own()
    const login = ['docker', 'login', '--username', account.user, '--password', account.password, host]
    expect(await type(login)).toEqual(ends(0, 'Login Succeeded'))
    const cosign = ['docker', 'run', '--rm', '--user=1000', '--env=COSIGN_PASSWORD', '--volume=/home/ada/keys:/keys']
    const secret = { COSIGN_PASSWORD: 'signing-canary-0b8e' }
    expect(await type([...cosign, '--workdir=/keys', tools.cosign.reference, 'generate-key-pair'], secret)).toEqual(
      ends(0, 'Public key written to cosign.pub'),
    )

    const reference = `${host}/acme/go-service:1.0.0`
    const trust = ['--registry-ca', 'company.pem']
    const publish = ['--publish', reference, '--key', 'file:keys/cosign.key', ...trust]
    const released = await loadline(['build-and-scan', 'go-service', ...options, ...publish], {
      ...published,
      ...secret,
    })
    expect(released).toEqual(ends(0, 'PASSED'))
    const { stdout: verdict } = await laptop.run(['cat', 'loadline-report/verdict.json'])
    const { release } = Run.parse(JSON.parse(verdict))
    expect(release?.signature?.verified).toBe(true)
    expect(await loadline(['verify', reference, '--key', 'keys/cosign.pub', ...trust], published)).toEqual(
      ends(0, 'VERIFIED'),
    )
    for (const canary of [account.password, secret.COSIGN_PASSWORD]) expect(released.said).not.toContain(canary)
  })
}
