import { describe, expect, it } from 'vitest'
import { portOf } from '../../../src/model/port-of.ts'
import { answeredAt, likelyPorts } from '../../../src/repair/index.ts'
import { situationOf } from './situation.ts'

describe('the ports on which an image may answer', () => {
  it.each<[string, string, string[], string[], number[]]>([
    ['EXPOSE', 'EXPOSE 8000 53/udp', ['8000/tcp', '53/udp'], ['a'], [8000]],
    ['an option', 'CMD a', [], ['uvicorn', 'a:b', '--host', '0.0.0.0', '--port', '8001'], [8001]],
    ['an option with its value', 'CMD a', [], ['java', '--server.port=8443', '-Xmx512'], [8443]],
    ['an address', 'CMD a', [], ['gunicorn', '-b', '0.0.0.0:8002', '-w', '4'], [8002]],
    ['an address without host', 'CMD a', [], ['/bin/sh', '-c', 'server -addr :8003'], [8003]],
    ['PORT', 'ENV PORT=3000 TIMEOUT=30', [], ['node', 'a.js'], [3000]],
    ['PORT in quotes', 'ENV PORT="3000"', [], ['node', 'a.js'], [3000]],
    ['nothing', 'CMD a', [], ['sleep', '1000'], []],
  ])('%s', (_, line, exposedPorts, cmd, ports) => {
    const situation = situationOf(`FROM debian:12-slim\n${line}\n`, {
      configuration: { exposedPorts, cmd, entrypoint: [] },
    })
    expect(likelyPorts(situation.file, situation.image.configuration!, situation.policy)).toEqual(ports)
  })
  it('are read from the addresses of a run', () => {
    expect(['0.0.0.0:80', '[::]:8080', undefined].map(portOf)).toEqual([80, 8080, undefined])
  })
})

describe('where an image answers', () => {
  const answer = (port: number, path: string, status = 200) => ({ port, path, status })
  it.each<[string, ReturnType<typeof answer>[], number[], { port: number; path: string } | undefined]>([
    ['the most specific path', [answer(80, '/'), answer(80, '/health')], [], { port: 80, path: '/health' }],
    ['not an error', [answer(80, '/healthz', 404), answer(80, '/', 301)], [], { port: 80, path: '/' }],
    [
      'the port that it names',
      [answer(80, '/health'), answer(8080, '/health')],
      [8080],
      { port: 8080, path: '/health' },
    ],
    [
      'another port, if that one has no such path',
      [answer(80, '/health'), answer(8080, '/')],
      [8080],
      { port: 80, path: '/health' },
    ],
    ['nowhere', [answer(80, '/', 500)], [80], undefined],
  ])('is %s', (_, answers, likely, wanted) => {
    expect(answeredAt(answers, likely)).toEqual(wanted)
  })
})
