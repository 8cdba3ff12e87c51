import type { Project } from './ours.ts'

/** One file with one service. */
const web = (lines: string, more = ''): Project => ({
  files: { 'compose.yaml': `services:\n  web:\n    image: a:1.0.0\n    ${lines.replaceAll('\n', '\n    ')}\n${more}` },
  paths: ['compose.yaml'],
})
const files = (texts: Record<string, string>, ...more: string[]): Project => ({
  files: texts,
  paths: [Object.keys(texts)[0] ?? '', ...more],
})

/** Compose projects of every kind that people write, small. What compose-go reads in each is recorded beside. */
export const projects: Readonly<Record<string, Project>> = {
  'a port': web('ports: ["8080:80"]'),
  'a port without a host': web('ports: ["80"]'),
  'a number for a port': web('ports: [8080]'),
  'a port of an address': web('ports: ["127.0.0.1:8080:80"]'),
  'a port that the engine chooses on an address': web('ports: ["127.0.0.1::80"]'),
  'a port of an IPv6 address': web('ports: ["[::1]:8080:80"]'),
  'a port of every IPv6 address': web('ports: ["[::]:8080:80/udp"]'),
  'a protocol in capitals': web('ports: ["8080:80/UDP"]'),
  'a range': web('ports: ["8080-8082:80-82"]'),
  'a range without a host': web('ports: ["3000-3002"]'),
  'a range for one port': web('ports: ["8080-8090:80"]'),
  'long ports': web('ports:\n  - {target: 80, published: "8080", host_ip: 127.0.0.1, protocol: udp}\n  - {target: 81}'),
  'a long port with a range': web('ports: [{target: 80, published: "8080-8090"}]'),
  'one port twice': web('ports: ["8080:80", "8080:80/tcp"]'),
  'an unquoted port': web('ports:\n  - 8080:80'),
  'a port of sctp': web('ports: ["80:80/sctp"]'),
  'a port by a variable with a default': web('ports: ["${PORT:-8080}:80"]'),
  'a whole port by a variable': web('ports: ["${PORT-8080:80}"]'),
  'nested defaults': web('ports: ["${A:-${B:-${C-9090}}}:80"]'),
  'what a variable that is set gives': files({
    'compose.yaml': 'services:\n  web: {image: "a:${TAG:+2}", user: "${NONE:+7}8"}\n',
    '.env': 'TAG=1\n',
  }),
  'a variable of .env': files({
    'compose.yaml':
      'services:\n  web:\n    image: a:${TAG}\n    ports: ["${PORT}:80"]\n    privileged: ${PRIVILEGED}\n',
    '.env': 'TAG=2.1.0\nexport PORT="8080" # comment\nPRIVILEGED=true\n',
  }),
  'an .env with forms of its own': files({
    'compose.yaml': 'services:\n  web:\n    image: a:1\n    user: "${A}-${B}-${C}-${D}-${E}"\n',
    '.env': 'A=\'x y\'\nB="a\\"b"\nC=${A}\nD: colon\nE=a#b\n\n# F=1\n',
  }),
  'a dollar': web('user: "a$$b"'),
  'an empty value for a default': files({
    'compose.yaml': 'services:\n  web:\n    image: "a:${TAG-1}"\n    user: "${TAG:-2}"\n',
    '.env': 'TAG=\n',
  }),
  'a bind mount': web('volumes: ["./data:/data"]'),
  'a bind mount of the project': web('volumes: [".:/app"]'),
  'a bind mount above the project': web('volumes: ["../data:/data:ro"]'),
  'a bind mount of a home': web('volumes: ["~/.ssh:/root/.ssh:ro"]'),
  'a bind mount of the host': web('volumes: ["/var/run/docker.sock:/var/run/docker.sock"]'),
  'a volume': web('volumes: ["data:/data"]', 'volumes: {data: }\n'),
  'a volume without a name': web('volumes: ["/data"]'),
  'a volume that is a directory of the host': web(
    'volumes: ["data:/data"]',
    'volumes: {data: {driver_opts: {type: none, o: bind, device: /etc}}}\n',
  ),
  'long mounts': web(
    'volumes:\n  - {type: bind, source: ./x, target: /x, read_only: true}\n  - {type: volume, source: data, target: /y}\n  - {type: tmpfs, target: /z}',
    'volumes: {data: {}}\n',
  ),
  'a mount with more options': web('volumes: ["./data:/data:rw,z,rshared"]'),
  'two mounts of one target': web('volumes: ["./a:/x", "./b:/x"]'),
  'a target with a slash behind': web('volumes: ["./a:/x/"]'),
  'a drive of Windows': web('volumes: ["C:\\\\data:/data"]'.replaceAll('"', "'").replaceAll('\\\\', '\\')),
  'tmpfs as a list': web('tmpfs: ["/run:size=1m", /tmp]'),
  'tmpfs as a text': web('tmpfs: /tmp'),
  privileged: web('privileged: true'),
  'privileged in a text': web('privileged: "true"'),
  'a root that is read-only': web('read_only: true'),
  'a user of digits': web('user: "1000"'),
  'a user with a group': web('user: "0:0"'),
  capabilities: web('cap_add: [NET_ADMIN, CAP_SYS_TIME]\ncap_drop: [all]'),
  'the network of the host': web('network_mode: host'),
  'the network of a service': web('network_mode: "service:db"', '  db: {image: "b:1"}\n'),
  'no network': web('network_mode: none'),
  'process ids of the host': web('pid: host'),
  'networks as a list': web('networks: [front, back]', 'networks: {front: {}, back: {}}\n'),
  'networks as a map': web('networks: {front: {aliases: [x]}, back: }', 'networks: {front: {}, back: {}}\n'),
  'no networks': web('networks: []'),
  'an anchor': files({
    'compose.yaml':
      'x-base: &base\n  privileged: true\n  user: "7"\nservices:\n  web:\n    <<: *base\n    image: a:1\n    user: "8"\n',
  }),
  'several anchors': files({
    'compose.yaml':
      'x-a: &a {user: "1", read_only: true}\nx-b: &b {user: "2", privileged: true}\nservices:\n  web:\n    <<: [*a, *b]\n    image: a:1\n',
  }),
  'a profile': web('profiles: [debug]'),
  'several documents': files({
    'compose.yaml': 'services: {web: {image: "a:1"}}\n---\nservices: {web: {privileged: true}, db: {image: "b:1"}}\n',
  }),
  'extends of a service': files({
    'compose.yaml':
      'services:\n  web: {extends: {service: base}, user: "8"}\n  base: {image: "a:1", privileged: true}\n',
  }),
  'extends by a name': files({
    'compose.yaml': 'services:\n  web: {extends: base}\n  base: {image: "a:1", cap_add: [SYS_TIME]}\n',
  }),
  'extends of another file': files({
    'compose.yaml': 'services:\n  web: {extends: {file: sub/base.yaml, service: base}, volumes: ["./own:/own"]}\n',
    'sub/base.yaml': 'services:\n  base: {image: "a:1", volumes: ["./data:/data"], ports: ["80:80"]}\n',
  }),
  'extends of an extended one': files({
    'compose.yaml':
      'services:\n  web: {extends: middle}\n  middle: {extends: base, user: "2"}\n  base: {image: "a:1", user: "1", read_only: true}\n',
  }),
  'extends and a list': files({
    'compose.yaml':
      'services:\n  web: {extends: base, cap_add: [B], ports: ["81:81"]}\n  base: {image: "a:1", cap_add: [A], ports: ["80:80"]}\n',
  }),
  'include of a file': files({
    'compose.yaml': 'include: [sub/compose.yaml]\nservices: {web: {image: "a:1"}}\n',
    'sub/compose.yaml': 'services: {db: {image: "b:1", volumes: ["./data:/data"]}}\n',
  }),
  'include of files over each other': files({
    'compose.yaml': 'include:\n  - path: [sub/one.yaml, sub/two.yaml]\n',
    'sub/one.yaml': 'services: {db: {image: "b:1"}}\n',
    'sub/two.yaml': 'services: {db: {privileged: true}}\n',
  }),
  'include with a directory and an environment': files({
    'compose.yaml': 'include:\n  - path: sub/one.yaml\n    project_directory: other\n    env_file: x.env\n',
    'sub/one.yaml': 'services: {db: {image: "b:${TAG}", volumes: ["./data:/data"]}}\n',
    'x.env': 'TAG=7\n',
    'other/data/kept.yaml': '',
  }),
  'include with an .env of its own': files({
    'compose.yaml': 'include: [sub/compose.yaml]\nservices: {web: {image: "a:${TAG:-none}"}}\n',
    'sub/compose.yaml': 'services: {db: {image: "b:${TAG}"}}\n',
    'sub/.env': 'TAG=7\n',
  }),
  'a file over another': files(
    {
      'compose.yaml':
        'services:\n  web:\n    image: a:1\n    ports: ["80:80"]\n    volumes: ["./a:/x", "./b:/y"]\n    cap_add: [A]\n',
      'prod.yaml':
        'services:\n  web:\n    image: a:2\n    ports: ["81:81"]\n    volumes: ["./c:/x"]\n    cap_add: [B]\n    privileged: true\n',
    },
    'prod.yaml',
  ),
  '!reset': files(
    {
      'compose.yaml': 'services:\n  web:\n    image: a:1\n    ports: ["80:80"]\n    privileged: true\n    user: "7"\n',
      'prod.yaml': 'services:\n  web:\n    ports: !reset []\n    privileged: !reset null\n',
    },
    'prod.yaml',
  ),
  '!override': files(
    {
      'compose.yaml': 'services:\n  web:\n    image: a:1\n    ports: ["80:80"]\n    volumes: ["./a:/a"]\n',
      'prod.yaml': 'services:\n  web:\n    ports: !override ["81:81"]\n    volumes: !override ["./b:/b"]\n',
    },
    'prod.yaml',
  ),
  'networks of two files': files(
    {
      'compose.yaml': 'services:\n  web: {image: "a:1", networks: [front]}\nnetworks: {front: {}, back: {}}\n',
      'prod.yaml': 'services:\n  web: {networks: {back: {}}}\n',
    },
    'prod.yaml',
  ),
  'a path from a file of another directory': files(
    {
      'compose.yaml': 'services:\n  web: {image: "a:1", volumes: ["./a:/a"]}\n',
      'deploy/prod.yaml': 'services:\n  web: {volumes: ["./b:/b"]}\n',
    },
    'deploy/prod.yaml',
  ),
  'a build': files({ 'compose.yaml': 'services:\n  web:\n    build: {context: ., target: x}\n' }),
  JSON: files({ 'compose.json': '{"services": {"web": {"image": "a:1", "ports": ["80:80"], "privileged": true}}}' }),
  'keys in quotes': files({ 'compose.yaml': '"services":\n  "web":\n    "image": "a:1"\n    \'user\': "0"\n' }),
  'numbers of YAML': web('ports: [0x50]'),
  'words that were true once': web('privileged: yes'),
  'a folded text': web('user: >-\n  10\n  00'),
  'a comment behind a value': web('user: "7" # root'),
  'an obsolete version': files({ 'compose.yaml': 'version: "3.8"\nservices: {web: {image: "a:1"}}\n' }),
}
