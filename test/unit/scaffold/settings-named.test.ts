import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { namesMade, namesRead } from './names-read.ts'

type Case = [title: string, language: Language, files: Record<string, string>, expected: string[]]

const java = 'src/main/java/A.java'

describe('the environment is read under another name', () => {
  it.each<Case>([
    [
      'imported from os',
      'python',
      { 'a.py': 'from os import environ as env, getenv as g\na = env["A_B"]\nb = env.get("C_D", "e")\nc = g("F_G")\n' },
      ['A_B!', 'C_D=e', 'F_G'],
    ],
    [
      'imported from os in brackets, and os itself',
      'python',
      {
        'a.py':
          'import os as o\nfrom os import (\n    environ as e,\n    path,\n)\na = e["A_B"]\nb = o.environ["C_D"]\nc = o.getenv("E_F")\n',
      },
      ['A_B!', 'C_D!', 'E_F'],
    ],
    [
      'held by a variable or a parameter',
      'python',
      {
        'a.py':
          'import os\nenv = os.environ\nget = os.environ.get\na = env["A_B"]\nb = get("C_D", "x")\ndef load(source: Mapping[str, str] = os.environ):\n    return source["E_F"]\n',
      },
      ['A_B!', 'C_D=x', 'E_F!'],
    ],
    [
      'handed to a function that takes os.environ unless it is given another',
      'python',
      {
        'a.py':
          'import os\ndef load(env=None):\n    env = env if env is not None else os.environ\n    return env["A_B"]\n',
      },
      ['A_B!'],
    ],
    [
      'imported from process',
      'node',
      {
        'a.ts':
          "import { env } from 'node:process'\nimport proc from 'process'\nconst a = env.A_B ?? 'x'\nconst b = proc.env['C_D']\n",
      },
      ['A_B=x', 'C_D'],
    ],
    [
      'taken out of process, and taken apart again',
      'node',
      {
        'a.ts':
          "const { env: e } = process\nconst { A_B, PORT_A = 3000 } = e\nconst c = e['C_D']\nconst { env } = require('process')\nconst d = env.E_F\n",
      },
      ['A_B', 'C_D', 'E_F', 'PORT_A=3000'],
    ],
    [
      'handed to a function that takes process.env unless it is given another',
      'node',
      {
        'a.ts':
          'export function load(source: NodeJS.ProcessEnv = process.env) {\n  return { a: source.A_B, b: (process.env as Env).C_D, c: process.env!.E_F }\n}\n',
      },
      ['A_B', 'C_D', 'E_F'],
    ],
    [
      'imported from a module that checks it',
      'node',
      {
        'a.ts':
          "import { env } from './env'\nimport { env as server } from '@/config/env.server'\nconst a = env.A_B\nconst c = server.C_D\n",
      },
      ['A_B', 'C_D'],
    ],
    [
      'held by a map',
      'java',
      {
        [java]:
          'class A {\n  Map<String, String> env = System.getenv();\n  String a = env.get("A_B");\n  String b = env.getOrDefault("C_D", "e");\n}\n',
      },
      ['A_B', 'C_D=e'],
    ],
    [
      'as Kotlin reads a map',
      'java',
      { 'src/main/kotlin/A.kt': 'val a = System.getenv()["A_B"]\nval b = System.getenv("C_D") ?: "e"\n' },
      ['A_B', 'C_D=e'],
    ],
    [
      'used from std::env and dotenvy',
      'rust',
      {
        'src/main.rs':
          'use std::env::{self, var};\nuse dotenvy::var as v;\nfn f() { let a = var("A_B"); let b = v("C_D").unwrap(); let c = option_env!("X_Y"); }\n',
      },
      ['A_B', 'C_D!'],
    ],
    [
      'used as a module of another name',
      'rust',
      { 'src/main.rs': 'use std::env as e;\nfn f() { let a = e::var("A_B").unwrap_or("c".into()); }\n' },
      ['A_B=c'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
  })
})

describe('the name of a variable is a constant', () => {
  it.each<Case>([
    [
      'of the file, and put together of two',
      'python',
      {
        'a.py':
          'import os\nKEY = "A_B"\nPREFIX: str = "ORDERS_"\na = os.environ[KEY]\nb = os.getenv(PREFIX + "C_D", "e")\nc = os.environ[f"{PREFIX}F_G"]\n',
      },
      ['A_B!', 'ORDERS_C_D=e', 'ORDERS_F_G!'],
    ],
    [
      'of another file',
      'python',
      {
        'names.py': 'KEY = "A_B"\nOTHER = "C_D"\n',
        'a.py':
          'import os\nimport names\nfrom names import KEY\na = os.environ[KEY]\nb = os.environ.get(names.OTHER)\n',
      },
      ['A_B!', 'C_D'],
    ],
    [
      'of an object, an enum or a class',
      'node',
      {
        'keys.ts':
          "export const keys = { url: 'A_B' } as const\nexport enum Key { Bucket = 'C_D' }\nexport class Names { static readonly QUEUE = 'E_F' }\n",
        'a.ts':
          'const a = process.env[keys.url]\nconst b = process.env[Key.Bucket] ?? "x"\nconst c = config.getOrThrow(Names.QUEUE)\n',
      },
      ['A_B', 'C_D=x', 'E_F!'],
    ],
    [
      'put together in a template',
      'node',
      { 'a.js': "const prefix = 'ORDERS_'\nconst a = process.env[`${prefix}URL`]\n" },
      ['ORDERS_URL'],
    ],
    [
      'of the package',
      'go',
      {
        'names.go': 'package a\n\nconst (\n\tkeyURL = "A_B"\n\tkeyName string = "C_D"\n)\n',
        'a.go': 'package a\n\nvar a = os.Getenv(keyURL)\nvar b, ok = os.LookupEnv(keyName)\n',
      },
      ['A_B', 'C_D'],
    ],
    [
      'of a class',
      'java',
      {
        'src/main/java/N.java': 'class N { static final String KEY = "A_B"; }\n',
        [java]: 'class A { String a = System.getenv(N.KEY); }\n',
      },
      ['A_B'],
    ],
    [
      'of the crate',
      'rust',
      {
        'src/names.rs': 'pub const KEY: &str = "A_B";\n',
        'src/main.rs': 'fn f() { let a = std::env::var(names::KEY).unwrap(); }\n',
      },
      ['A_B!'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
    expect(namesMade(language, files)).toEqual([])
  })

  it('and not one that has several values, or that is a parameter somewhere', () => {
    const files = {
      'a.py': 'import os\nkey = "A_B"\nkey = "C_D"\na = os.environ[key]\n',
      'b.py': 'import os\nname = "E_F"\ndef f(name):\n    return os.environ[name]\n',
    }
    expect(namesRead('python', files)).toEqual([])
    expect(namesMade('python', files)).toEqual(['os.environ under a computed name', 'os.environ under a computed name'])
  })
})

describe('a function of the application reads the variable that it is given', () => {
  it.each<Case>([
    [
      'and fails without it',
      'node',
      {
        'a.ts':
          'export function required(name: string): string {\n  const value = process.env[name]\n  if (!value) throw new Error(name)\n  return value\n}\nconst optional = (key: string, other?: string) => process.env[key] ?? other\n',
        'b.ts': "import { required, optional } from './a'\nconst a = required('A_B')\nconst c = optional('C_D', 'x')\n",
      },
      ['A_B!', 'C_D=x'],
    ],
    [
      'in a method',
      'node',
      {
        'a.ts':
          "class Config {\n  private must(key: string): string {\n    const value = process.env[key]\n    if (value === undefined) {\n      throw new Error(`no ${key}`)\n    }\n    return value\n  }\n  url = this.must('A_B')\n}\n",
      },
      ['A_B!'],
    ],
    [
      'on one line of a class, and not what is called alike elsewhere',
      'node',
      {
        'a.ts':
          'export class Env {\n  static get(name: string): string { const v = process.env[name]; if (!v) throw new Error(name); return v }\n}\n',
        'b.ts': "const a = Env.get('A_B')\nconst h = req.headers.get('C_D')\n",
      },
      ['A_B!'],
    ],
    [
      'as an expression of Kotlin',
      'java',
      {
        'src/main/kotlin/A.kt':
          'const val KEY = "A_B"\nfun need(name: String): String = System.getenv(name) ?: throw X(name)\nval a = need(KEY)\nval b = 1\n',
      },
      ['A_B!'],
    ],
    [
      'with a prefix',
      'node',
      { 'a.js': "const read = (name) => process.env['ORDERS_' + name]\nconst url = read('URL')\n" },
      ['ORDERS_URL'],
    ],
    [
      'by subscript, which fails, or unless there is a default',
      'python',
      {
        'a.py':
          'import os\ndef need(name: str) -> str:\n    try:\n        return os.environ[name]\n    except KeyError:\n        raise RuntimeError(name)\n\ndef read(name, default=None):\n    value = os.environ.get(name, default)\n    if value is None:\n        raise RuntimeError(name)\n    return value\n\na = need("A_B")\nb = read("C_D")\nc = read("E_F", default="g")\n',
      },
      ['A_B!', 'C_D!', 'E_F=g'],
    ],
    [
      'and ends the program',
      'go',
      {
        'a.go':
          'package a\n\nfunc must(key string) string {\n\tv, ok := os.LookupEnv(key)\n\tif !ok {\n\t\tlog.Fatalf("no %s", key)\n\t}\n\treturn v\n}\n\nfunc or(key, other string) string {\n\tif v := os.Getenv(key); v != "" {\n\t\treturn v\n\t}\n\treturn other\n}\n\nvar a = must("A_B")\nvar b = or("C_D", "e")\n',
      },
      ['A_B!', 'C_D=e'],
    ],
    [
      'or throws',
      'java',
      {
        [java]:
          'class A {\n  static String need(String name) {\n    String value = System.getenv(name);\n    if (value == null || value.isBlank()) {\n      throw new IllegalStateException(name);\n    }\n    return value;\n  }\n  String a = need("A_B");\n}\n',
      },
      ['A_B!'],
    ],
    [
      'or panics',
      'rust',
      {
        'src/main.rs':
          'fn need(name: &str) -> String {\n    env::var(name).unwrap_or_else(|_| panic!("no {name}"))\n}\nfn other(name: &str, default: &str) -> String {\n    env::var(name).unwrap_or(default.to_string())\n}\nfn f() { let a = need("A_B"); let b = other("C_D", "e"); }\n',
      },
      ['A_B!', 'C_D=e'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
    expect(namesMade(language, files)).toEqual([])
  })
})

describe('the names are those of a list', () => {
  it.each<Case>([
    [
      'of which each must be there',
      'python',
      {
        'a.py':
          'import os, sys\nREQUIRED = ["A_B", "C_D"]\nmissing = [name for name in REQUIRED if not os.getenv(name)]\nif missing:\n    sys.exit(1)\n',
      },
      ['A_B!', 'C_D!'],
    ],
    [
      'in a loop that fails',
      'python',
      {
        'a.py':
          'import os\nfor name in ("A_B", "C_D"):\n    if name not in os.environ:\n        raise RuntimeError(name)\nfor key in ("E_F",):\n    print(os.environ.get(key))\n',
      },
      ['A_B!', 'C_D!', 'E_F'],
    ],
    [
      'by for and by forEach',
      'node',
      {
        'a.ts':
          "for (const name of ['A_B', 'C_D']) {\n  if (!process.env[name]) throw new Error(name)\n}\nconst names = ['E_F'] as const\nconst missing = names.filter((name) => !process.env[name])\nif (missing.length > 0) throw new Error(missing.join())\n['G_H'].forEach(key => { console.log(process.env[key]) })\n",
      },
      ['A_B!', 'C_D!', 'E_F!', 'G_H'],
    ],
    [
      'by range',
      'go',
      {
        'a.go':
          'package a\n\nvar names = []string{"A_B", "C_D"}\n\nfunc f() {\n\tfor _, name := range names {\n\t\tif os.Getenv(name) == "" {\n\t\t\tlog.Fatal(name)\n\t\t}\n\t}\n}\n',
      },
      ['A_B!', 'C_D!'],
    ],
  ])('%s (%s)', (_, language, files, expected) => {
    expect(namesRead(language, files)).toEqual(expected)
    expect(namesMade(language, files)).toEqual([])
  })
})

describe('a name that is made is said', () => {
  it.each<[Language, string, string]>([
    ['python', 'import os\na = os.environ[f"{kind}_URL"]\n', 'os.environ under a computed name'],
    ['node', 'const a = process.env[`${kind}_URL`]\n', 'process.env under a computed name'],
    ['go', 'package a\n\nvar a = os.Getenv(fmt.Sprintf("%s_URL", kind))\n', 'os.Getenv under a computed name'],
    ['java', 'class A { String a = System.getenv(kind + "_URL"); }\n', 'System.getenv under a computed name'],
    ['rust', 'fn f() { let a = std::env::var(format!("{}_URL", kind)); }\n', 'std::env under a computed name'],
  ])('%s', (language, text, what) => {
    const path = language === 'java' ? java : `a.${{ python: 'py', node: 'ts', go: 'go', rust: 'rs' }[language]}`
    expect(namesRead(language, { [path]: text })).toEqual([])
    expect(namesMade(language, { [path]: text })).toEqual([what])
  })
})
