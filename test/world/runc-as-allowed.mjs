#!/usr/bin/env node
// runc, for a machine whose root lacks CAP_SYS_RESOURCE, as that of many virtual machines does: what is privileged asks for it, and is started without it.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const argv = process.argv.slice(2)
const lacking = 'CAP_SYS_RESOURCE'
const effective = BigInt(`0x${/^CapEff:\s*(\w+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]}`)

if (((effective >> 24n) & 1n) === 0n) {
  for (const [index, word] of argv.entries()) {
    const next = argv[index + 1]
    if (word === '--bundle') allow(join(next, 'config.json'))
    if (word === '--process') allow(next)
  }
}
// What it is asked through further descriptors (a console, a listener) reaches runc as it is.
const { status, signal } = spawnSync('/usr/sbin/runc', argv, { stdio: 'inherit' })
process.exitCode = signal === null ? status : 1

/** Takes the capability out of a container's configuration, or of a process to be started in one. */
function allow(path) {
  if (!existsSync(path)) return
  const document = JSON.parse(readFileSync(path, 'utf8'))
  const { capabilities = {} } = document.process ?? document
  for (const [kind, names] of Object.entries(capabilities))
    capabilities[kind] = names.filter((name) => name !== lacking)
  writeFileSync(path, JSON.stringify(document))
}
