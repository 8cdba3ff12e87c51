import { readFileSync } from 'node:fs'
import { serveIssuer } from './issuer.ts'

// The process behind the issuer of `loadline sigstore up`: the file of its key and its address are the arguments.
const [keyFile = '', issuer = ''] = process.argv.slice(2)
const { hostname, port } = new URL(issuer)
serveIssuer(issuer, readFileSync(keyFile, 'utf8')).listen(Number(port), hostname)
