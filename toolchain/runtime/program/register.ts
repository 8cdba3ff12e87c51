/**
 * Tells the engine the types of a prepared module and writes the module's ID, as JSON, to a file.
 *
 * Usage: node register.mjs FILE
 */
import { writeFile } from 'node:fs/promises'
import process from 'node:process'
import { connection } from '@dagger.io/dagger'
import { Register } from '../node_modules/@dagger.io/dagger/dist/src/module/entrypoint/register.js'
import { reviveModule } from './revive-module.ts'

const [file] = process.argv.slice(2)
if (file === undefined) throw new Error('usage: node register.mjs FILE')

if (file !== '--load-only') {
  await connection(async () => {
    const id = await new Register(reviveModule('/prepared/module.json')).run()
    await writeFile(file, JSON.stringify(id))
  })
}
