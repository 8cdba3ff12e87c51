import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { withSession } from '../../../../ci/run/session.ts'

it('a session whose engine is gone ends at once, with its own error, though its CLI would go on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'loadline-session-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const [cli, log] = [join(directory, 'dagger'), join(directory, 'engine.log')]
  // It says where its session is, at a port at which nothing answers, and does not listen when it is asked to end.
  const session = '{"port": 1, "session_token": "t"}'
  writeFileSync(cli, `#!/bin/sh\ntrap "" TERM\necho '${session}'\necho $$ >&2\nexec sleep 600\n`)
  chmodSync(cli, 0o755)
  const unhandled: unknown[] = []
  const see = (reason: unknown) => void unhandled.push(reason)
  process.on('unhandledRejection', see)
  onTestFinished(() => void process.off('unhandledRejection', see))
  const engine = {
    cli,
    env: { _EXPERIMENTAL_DAGGER_CLI_BIN: cli },
    whenLost(callback: () => void) {
      const soon = setTimeout(callback, 200)
      return () => clearTimeout(soon)
    },
  }
  await expect(withSession(engine as never, log, async () => 'work')).rejects.toThrow(/requesting data/)
  await new Promise((ready) => setTimeout(ready, 100))
  expect(unhandled).toEqual([])
  const [id = ''] = /^\d+$/m.exec(readFileSync(log, 'utf8')) ?? []
  expect(() => process.kill(Number(id), 0)).toThrow('ESRCH')
})
