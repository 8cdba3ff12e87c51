import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { namesRead } from './names-read.ts'

const paths: Readonly<Record<Language, string>> = {
  python: 'a.py',
  node: 'a.ts',
  go: 'a.go',
  java: 'src/main/java/A.java',
  rust: 'src/main.rs',
}

/** Code of each language that reads A_B and gives up without it. */
const required: ReadonlyArray<[Language, string]> = [
  ['python', 'x = os.getenv("A_B")\nif not x:\n    raise RuntimeError("no A_B")\n'],
  ['python', 'x = os.environ.get("A_B")\nif x is None or x == "":\n    print("no A_B")\n    sys.exit(1)\n'],
  ['python', 'if not os.getenv("A_B"): raise RuntimeError("x")\n'],
  ['python', 'if "A_B" not in os.environ:\n    raise RuntimeError()\nx = os.environ["A_B"]\n'],
  ['python', 'x = os.getenv("A_B")\nassert x, "no A_B"\n'],
  ['python', 'assert os.getenv("A_B")\n'],
  ['python', 'x = os.getenv("A_B") or sys.exit("no A_B")\n'],
  ['python', 'x = os.getenv("A_B")\ny = os.getenv("C_D", "1")\nif not all([x, y]):\n    raise RuntimeError()\n'],
  ['python', 'x = os.getenv(\n    "A_B",\n)\nif not (x and y):\n    raise RuntimeError()\n'],
  [
    'python',
    'class Config:\n    def __init__(self):\n        self.url = os.getenv("A_B")\n        if not self.url:\n            raise ValueError("no A_B")\n',
  ],
  ['python', 'x = os.getenv("A_B")\nif x:\n    y = 1\nif x is None:\n    missing.append("A_B")\n'],
  ['python', 'def f():\n    x = os.getenv("A_B", "").strip()\n    if not x:\n        raise ValueError\n    return x\n'],
  ['node', "if (!process.env.A_B) throw new Error('no A_B')\n"],
  ['node', "if (!process.env.A_B) {\n  console.error('no A_B')\n  process.exit(1)\n}\n"],
  ['node', "const url = process.env.A_B\nif (url === undefined || url === '') {\n  throw new Error('no A_B')\n}\n"],
  ['node', 'const { A_B, C_D = "1" } = process.env\nif (!A_B) throw new Error()\n'],
  ['node', 'const { A_B: url } = process.env\nif (!url) throw new Error()\n'],
  ['node', "import assert from 'node:assert'\nassert(process.env.A_B, 'no A_B')\n"],
  ['node', "const url = process.env['A_B']\nassert.ok(url)\n"],
  ['node', "invariant(process.env.A_B, 'no')\n"],
  ['node', "const url = process.env.A_B ?? fail('A_B')\n"],
  ['node', "const url = process.env.A_B || (() => { throw new Error('A_B') })()\n"],
  ['node', "const config = { url: process.env.A_B }\nif (!config.url) throw new Error('A_B')\n"],
  ['node', "if (process.env.NODE_ENV === 'production' && !process.env.A_B) throw new Error('A_B')\n"],
  ['node', "if (typeof process.env.A_B === 'undefined') throw new Error('A_B')\n"],
  ['go', 'func f() {\n\turl := os.Getenv("A_B")\n\tif url == "" {\n\t\tlog.Fatal("no A_B")\n\t}\n}\n'],
  [
    'go',
    'func f() error {\n\turl, ok := os.LookupEnv("A_B")\n\tif !ok {\n\t\treturn errors.New("no A_B")\n\t}\n\treturn nil\n}\n',
  ],
  ['go', 'func f() {\n\tif os.Getenv("A_B") == "" {\n\t\tpanic("no A_B")\n\t}\n}\n'],
  ['go', 'func f() {\n\tif url := os.Getenv("A_B"); url == "" {\n\t\tos.Exit(1)\n\t}\n}\n'],
  [
    'go',
    'func f() (*Config, error) {\n\tcfg := &Config{\n\t\tURL: os.Getenv("A_B"),\n\t}\n\tif cfg.URL == "" {\n\t\treturn nil, fmt.Errorf("no A_B")\n\t}\n\treturn cfg, nil\n}\n',
  ],
  ['java', 'class A { String a = Objects.requireNonNull(System.getenv("A_B"), "no A_B"); }\n'],
  [
    'java',
    'class A {\n  A() {\n    String a = System.getenv("A_B");\n    if (a == null || a.isBlank()) {\n      throw new IllegalStateException("no A_B");\n    }\n  }\n}\n',
  ],
  ['java', 'class A { String a = Optional.ofNullable(System.getenv("A_B")).orElseThrow(); }\n'],
  ['java', 'class A { val a = System.getenv("A_B") ?: error("no A_B") }\n'],
  ['java', 'class A { val a = System.getenv("A_B")!! }\n'],
  ['java', 'class A { val a = checkNotNull(System.getenv("A_B")) { "no A_B" } }\n'],
  ['rust', 'fn f() { let a = std::env::var("A_B").expect("no A_B"); }\n'],
  ['rust', 'fn f() -> Result<()> { let a = std::env::var("A_B")?; }\n'],
  ['rust', 'fn f() { let a = env::var("A_B").unwrap_or_else(|_| panic!("no A_B")); }\n'],
  ['rust', 'fn f() { let Ok(a) = env::var("A_B") else {\n  panic!("no A_B");\n}; }\n'],
  [
    'rust',
    'fn f() { let a = match env::var("A_B") {\n  Ok(a) => a,\n  Err(_) => {\n    std::process::exit(1)\n  }\n}; }\n',
  ],
  ['rust', 'fn f() -> Result<()> { let a = env::var("A_B").map_err(|_| Error::No("A_B"))?; }\n'],
  ['rust', 'fn f() -> Result<()> { let a = env::var("A_B").ok().ok_or_else(|| anyhow!("A_B"))?; }\n'],
  [
    'python',
    'class C:\n    url = os.environ.get("A_B")\n\ndef check():\n    if not C.url:\n        raise ValueError\n',
  ],
  [
    'java',
    'public class A {\n  private String a = System.getenv("A_B");\n  void f() {\n    if (this.a == null) throw new X();\n  }\n}\n',
  ],
  ['node', 'class C {\n  url = process.env.A_B\n  check() {\n    if (!this.url) throw new Error()\n  }\n}\n'],
]

/** Code of each language that reads A_B and does without it, though something fails nearby. */
const optional: ReadonlyArray<[Language, string]> = [
  ['python', 'x = os.getenv("A_B")\nif not x:\n    x = "other"\nif not y:\n    raise ValueError\n'],
  [
    'python',
    'def f():\n    x = os.getenv("A_B")\n    return x\n\ndef g():\n    x = load()\n    if not x:\n        raise ValueError\n',
  ],
  ['python', 'x = os.getenv("A_B")\ny = os.getenv("C_D")\nif not x and not y:\n    raise ValueError\n'],
  ['python', 'x = os.getenv("A_B")\nif x:\n    raise ValueError("do not set A_B")\n'],
  ['node', "const a = process.env.A_B\nif (a) throw new Error('do not set A_B')\n"],
  [
    'node',
    'function f() {\n  const a = process.env.A_B\n  return a\n}\nfunction g(a) {\n  if (!a) throw new Error()\n}\n',
  ],
  ['node', "if (!process.env.A_B) console.warn('no A_B')\nif (!x) throw new Error()\n"],
  ['go', 'func f() {\n\ta := os.Getenv("A_B")\n\tif a != "" {\n\t\treturn\n\t}\n\tuse(a)\n}\n'],
  ['go', 'func f() {\n\ta := os.Getenv("A_B")\n\tif a == "" {\n\t\ta = "x"\n\t}\n}\n'],
  ['java', 'class A {\n  String a = System.getenv("A_B");\n  void f() { if (b == null) throw new X(); }\n}\n'],
  ['rust', 'fn f() { let a = env::var("A_B").ok(); let b = other().expect("b"); }\n'],
  ['rust', 'fn f() { if let Ok(a) = env::var("A_B") {\n  use_it(a).expect("x");\n} }\n'],
]

describe('a variable that is checked, and without which the code fails', () => {
  it.each(required)('is required (%s): %s', (language, text) => {
    expect(namesRead(language, { [paths[language]]: text }).filter((name) => name.startsWith('A_B'))).toEqual(['A_B!'])
  })

  it.each(optional)('is not required (%s): %s', (language, text) => {
    expect(namesRead(language, { [paths[language]]: text }).filter((name) => name.startsWith('A_B'))).toEqual(['A_B'])
  })

  it('in a schema or a tag says so itself', () => {
    const text = 'const schema = z.object({ A_B: z.string().optional() }).parse(process.env)\nif (!schema.A_B) warn()\n'
    expect(namesRead('node', { 'a.ts': text })).toEqual(['A_B'])
  })
})
