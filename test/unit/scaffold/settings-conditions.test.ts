import { describe, expect, it } from 'vitest'
import { readApplication } from '../../../src/scaffold/read-application.ts'
import { parseAnswers } from '../../../src/scaffold/answers.ts'
import type { Language } from '../../../src/scaffold/application.ts'
import { settingsDocument } from '../../../src/scaffold/artifacts/settings-document.ts'
import { requirementsWith, treeOf } from './applications.ts'
import { conditionsRead, namesRead } from './names-read.ts'

const paths: Readonly<Record<Language, string>> = {
  python: 'a.py',
  node: 'a.ts',
  go: 'a.go',
  java: 'src/main/java/A.java',
  rust: 'src/main.rs',
}

describe('what is only needed in some deployments', () => {
  it.each<[Language, string, string]>([
    ['python', 'if os.environ.get("X_ON"):\n    y = os.environ["A_B"]\n', 'if os.environ.get("X_ON")'],
    ['python', 'on = os.getenv("X_ON")\nif on == "1":\n    y = os.environ["A_B"]\n', 'if on == "1"'],
    ['python', 'if os.getenv("X_ON"):\n    pass\nelse:\n    y = os.environ["A_B"]\n', 'unless os.getenv("X_ON")'],
    ['python', 'y = os.environ["A_B"] if X_ON else None\n', 'if X_ON'],
    [
      'python',
      'def start():\n    return os.environ["A_B"]\n\nif os.environ.get("X_ON") == "1":\n    start()\n',
      'if os.environ.get("X_ON") == "1"',
    ],
    ['node', "if (process.env.X_ON) {\n  if (!process.env.A_B) throw new Error('x')\n}\n", 'if process.env.X_ON'],
    ['node', "if (config.mail && !process.env.A_B) throw new Error('x')\n", 'if config.mail'],
    [
      'node',
      "switch (process.env.KIND_A) {\n  case 's3':\n    if (!process.env.A_B) throw new Error('x')\n    break\n}\n",
      "if process.env.KIND_A === 's3'",
    ],
    [
      'go',
      'func f() {\n\tif flags.Azure != "" {\n\t\ta := os.Getenv("A_B")\n\t\tif a == "" {\n\t\t\tlog.Fatal("x")\n\t\t}\n\t}\n}\n',
      'if flags.Azure != ""',
    ],
    [
      'go',
      'func main() {\n\tif os.Getenv("X_ON") == "1" {\n\t\tstart()\n\t}\n}\n\nfunc start() {\n\ta := os.Getenv("A_B")\n\tif a == "" {\n\t\tpanic("x")\n\t}\n}\n',
      'if os.Getenv("X_ON") == "1"',
    ],
    ['rust', 'fn f() { if settings.mail { let a = env::var("A_B").unwrap(); } }\n', 'if settings.mail'],
    [
      'java',
      'class A {\n  void f() {\n    if (mail.enabled()) {\n      String a = Objects.requireNonNull(System.getenv("A_B"));\n    }\n  }\n}\n',
      'if mail.enabled()',
    ],
  ])('is said with the condition (%s: %j)', (language, text, condition) => {
    expect(conditionsRead(language, { [paths[language]]: text })).toContain(`A_B! ${condition}`)
  })

  it.each<[Language, string]>([
    ['python', 'try:\n    x = int(os.environ["A_B"])\nexcept (KeyError, ValueError):\n    x = -1\n'],
    ['python', 'try:\n    x = os.environ["A_B"]\n    y = 1\nexcept Exception:\n    print("x")\n'],
    ['python', 'with suppress(KeyError):\n    x = os.environ["A_B"]\n'],
    ['python', 'if DEBUG:\n    x = os.environ["A_B"]\n'],
    ['node', "if (process.env.NODE_ENV !== 'production') {\n  if (!process.env.A_B) throw new Error('x')\n}\n"],
    ['node', "if (process.env.A_B && !process.env.A_B.startsWith('https')) throw new Error('x')\n"],
  ])('is not needed where nothing fails (%s: %j)', (language, text) => {
    expect(namesRead(language, { [paths[language]]: text })).toContain('A_B')
  })

  it.each<[Language, string]>([
    ['python', 'try:\n    x = os.environ["A_B"]\nexcept KeyError:\n    raise RuntimeError("x")\n'],
    ['python', 'try:\n    x = os.environ["A_B"]\nexcept ConnectionError:\n    x = 1\n'],
    ['python', 'if __name__ == "__main__":\n    x = os.environ["A_B"]\n'],
    ['python', 'if ENV == "production":\n    x = os.environ["A_B"]\n'],
    ['python', 'if not DEBUG:\n    x = os.environ["A_B"]\n'],
    [
      'go',
      'func f() {\n\tif err == nil {\n\t\ta := os.Getenv("A_B")\n\t\tif a == "" {\n\t\t\tpanic("x")\n\t\t}\n\t}\n}\n',
    ],
  ])('is needed where it is always so, or in production (%s: %j)', (language, text) => {
    expect(conditionsRead(language, { [paths[language]]: text })).toContain('A_B!')
  })
})

describe('a condition in a deployment', () => {
  const code =
    'import os\nfrom fastapi import FastAPI\napp = FastAPI()\n@app.get("/healthz")\ndef h(): return 1\nif os.environ.get("X_ON"):\n    y = os.environ["ONLY_IF"]\nif kind(1):\n    z = os.environ["PERHAPS_A"]\n'
  const row = (name: string, answers: Record<string, unknown>) => {
    const application = readApplication(
      treeOf({
        'requirements.txt': requirementsWith('uvicorn==0.29.0', 'h11==0.14.0', 'click==8.1.7'),
        'main.py': code,
      }),
      parseAnswers({
        targets: ['compose'],
        compliance: ['internal'],
        name: 'orders',
        port: 8080,
        repository: 'https://git.example.com/shop/orders',
        ...answers,
      }),
    )
    const rows = settingsDocument(application).split('\n')
    return rows
      .find((line) => line.startsWith(`| \`${name}\``))
      ?.split(' | ')
      .at(-1)
  }

  it('leaves unset what it needs nothing for', () => {
    expect(row('ONLY_IF', {})).toBe('nobody: needed only if the code finds `os.environ.get("X_ON")` |')
  })
  it('asks for what an answer makes needed', () => {
    expect(row('ONLY_IF', { settings: { X_ON: '1' } })).toContain('**open**, only if the code finds')
  })
  it('asks, with the condition, where nobody can know', () => {
    expect(row('PERHAPS_A', {})).toContain('**open**, only if the code finds `kind(1)`')
  })
  it('asks no more for what was answered as not needed', () => {
    expect(row('PERHAPS_A', { unneeded: ['PERHAPS_A'] })).toBe(
      'nobody: not needed, as answered in deploy/scaffold.yaml |',
    )
  })
})

describe('Django', () => {
  const settings = 'INSTALLED_APPS = []\nDEBUG = False\n'
  it.each<[string, string[]]>([
    ['SECRET_KEY = os.environ.get("KEY_A")\n', ['KEY_A!']],
    ['SECRET_KEY = os.getenv("KEY_A", "")\n', ['KEY_A!']],
    ['SECRET_KEY = config("KEY_A", default="")\n', ['KEY_A!']],
    ['SECRET_KEY = os.environ.get("KEY_A", get_random_secret_key())\n', ['KEY_A']],
    ['SECRET_KEY = os.environ.get("KEY_A") or get_random_secret_key()\n', ['KEY_A']],
    ['SECRET_KEY = os.environ.get("KEY_A", "insecure")\n', ['KEY_A=insecure']],
    ['ALLOWED_HOSTS = os.environ.get("HOSTS_A", "").split(",")\n', ['HOSTS_A!']],
    ['hosts = os.environ.get("HOSTS_A")\nALLOWED_HOSTS = hosts.split(",") if hosts else []\n', ['HOSTS_A!']],
    ['hosts = os.environ.get("HOSTS_A")\nALLOWED_HOSTS = hosts.split(",") if hosts else ["x.org"]\n', ['HOSTS_A']],
    [
      'if v := os.getenv("HOSTS_A"):\n    ALLOWED_HOSTS = v.split(",")\nelse:\n    ALLOWED_HOSTS = [DOMAIN]\n',
      ['HOSTS_A'],
    ],
  ])('needs %j', (text, expected) => {
    const library = text.includes('config(') ? 'from decouple import config\n' : 'import os\n'
    expect(namesRead('python', { 'site/settings.py': `${library}${settings}${text}` })).toEqual(expected)
  })

  it('says that a health check names no host of its own', () => {
    const tree = (hosts: string) =>
      treeOf({
        'requirements.txt': 'django==5.0.0\nasgiref==3.8.0\nsqlparse==0.5.0\ngunicorn==21.2.0\npackaging==23.2\n',
        'manage.py': 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "site1.settings")\n',
        'site1/settings.py': `${settings}ROOT_URLCONF = "site1.urls"\nALLOWED_HOSTS = [${hosts}]\n`,
        'site1/wsgi.py': 'from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n',
      })
    const notes = (hosts: string) =>
      readApplication(
        tree(hosts),
        parseAnswers({
          targets: ['compose'],
          compliance: ['internal'],
          name: 'shop',
          port: 8080,
          health: '/healthz',
          repository: 'https://git.example.com/shop/orders',
        }),
      ).notes.join('\n')
    expect(notes('"shop.example.com"')).toContain('whose Host is not in ALLOWED_HOSTS (site1/settings.py)')
    expect(notes('"*"')).not.toContain('ALLOWED_HOSTS')
  })
})

it.each<[Language, string, string[]]>([
  ['python', 'class C(BaseSettings):\n    http_proxy: str | None = None\n', ['HTTP_PROXY']],
  ['node', "convict({ proxy: { format: String, default: null, env: 'HTTPS_PROXY' } })\n", ['HTTPS_PROXY']],
  ['go', 'var a = os.Getenv("NO_PROXY")\n', ['NO_PROXY']],
  ['node', 'const a = process.env.GITHUB_CLIENT_SECRET\nconst b = process.env.GITHUB_SHA\n', ['GITHUB_CLIENT_SECRET']],
  [
    'python',
    'a = os.getenv("KUBERNETES_NAMESPACE")\nb = os.getenv("KUBERNETES_SERVICE_HOST")\n',
    ['KUBERNETES_NAMESPACE'],
  ],
])('settings that tools know too are listed (%s: %j)', (language, text, expected) => {
  const code = language === 'node' ? `import convict from 'convict'\n${text}` : text
  expect(namesRead(language, { [paths[language]]: code })).toEqual(expected)
})
