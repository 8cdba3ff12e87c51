// Runs what it is asked to, on a virtual machine: the argument list, the environment and the input (base64) come as JSON, and how it ended goes back.
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import { json } from 'node:stream/consumers'

createServer(async (request, response) => {
  const { argv, env, input } = await json(request)
  const [program, ...rest] = argv
  const child = execFile(program, rest, { env, maxBuffer: Infinity }, (error, stdout, stderr) => {
    response.end(JSON.stringify({ exitCode: error === null ? 0 : (child.exitCode ?? -1), stdout, stderr }))
  })
  child.stdin.on('error', () => undefined).end(Buffer.from(input, 'base64'))
}).listen(Number(process.argv[2]))
