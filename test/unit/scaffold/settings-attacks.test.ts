import { expect, it } from 'vitest'
import { DeliveryError } from '../../../src/model/errors.ts'
import type { Language } from '../../../src/scaffold/application.ts'
import { withoutComments } from '../../../src/scaffold/settings/code-text.ts'
import { madeNames } from '../../../src/scaffold/settings/made-names.ts'
import { readSettings } from '../../../src/scaffold/settings/read-settings.ts'

/** As long as a file of code may be. What takes time with the square of it takes minutes here. */
const longest = 400_000

function filled(part: string): string {
  return part.repeat(longest / part.length)
}

function namesIn(text: string, language: Language): string[] {
  return readSettings([{ path: 'a', text }], language).map(({ name }) => name)
}

it('classes that seem to extend each other are read once', () => {
  const text = 'class A(B):\n    first: int\nclass B(A, BaseSettings):\n    second: int\nclass C(A):\n    third: int\n'
  expect(namesIn(text, 'python')).toEqual(['FIRST', 'SECOND', 'THIRD'])
})

it('a class that extends another on many ways has its fields once', () => {
  const above = Array.from(
    { length: 40 },
    (_, index) => `class C${index + 1}(C${index}, C${index}):\n    f${index}: int\n`,
  )
  expect(namesIn(`class C0(BaseSettings):\n    first: int\n${above.join('')}`, 'python')).toHaveLength(41)
})

it('a line of classes without end is followed so far', () => {
  const classes = Array.from({ length: 8_000 }, (_, index) => `class C${index + 1}(C${index}):\n    f${index}: int\n`)
  const text = `class C0(BaseSettings):\n    first: int\n${classes.join('')}${Array.from({ length: 8_000 }, (_, index) => `C${index}()\n`).join('')}`
  expect(namesIn(text, 'python')).toContain('FIRST')
})

it('models that contain each other in many fields are read so far', () => {
  const fields = (type: string) => Array.from({ length: 60 }, (_, index) => `    f${index}: ${type}\n`).join('')
  const models = [1, 2, 3, 4, 5].map((level) => `class M${level}(BaseModel):\n${fields(`M${level + 1}`)}`)
  const text = `${models.join('')}class S(BaseSettings):\n    model_config = SettingsConfigDict(env_nested_delimiter="__")\n${fields('M1')}`
  expect(namesIn(text, 'python').length).toBeLessThan(50_000)
})

it('structs that contain each other on many ways are read once under each prefix', () => {
  const above = Array.from(
    { length: 40 },
    (_, index) => `type S${index + 1} struct {\n\tX S${index}\n\tY S${index}\n}\n`,
  )
  expect(namesIn(`type S0 struct {\n\tA string \`env:"A"\`\n}\n${above.join('')}`, 'go')).toEqual(['A'])
})

it('structs under too many prefixes are refused', () => {
  const field = (name: string, index: number) => `\t${name} S${index} \`envPrefix:"${name}_"\`\n`
  const above = Array.from(
    { length: 40 },
    (_, index) => `type S${index + 1} struct {\n${field('X', index)}${field('Y', index)}}\n`,
  )
  const text = `type S0 struct {\n\tA string \`env:"A"\`\n}\n${above.join('')}`
  expect(() => namesIn(text, 'go')).toThrow(DeliveryError)
})

it('a comment that nothing closes goes on to the end', () => {
  for (const syntax of ['slashes', 'rust'] as const)
    expect(withoutComments(filled('/* '), syntax)).toBe(' '.repeat(Math.floor(longest / 3) * 3))
})

it.each<[Language, string]>([
  ['python', 'env("A", ('],
  ['python', 'class A(BaseSettings):\n'],
  ['go', 'EnvVars("A") '],
  ['java', '@Value("${a:'],
  ['node', 'process.env {A:z.x('],
  ['node', 'config.get("A",('],
  ['node', 'env'],
  ['node', 'process.env\n{                                '],
  ['rust', '#[arg(a env '],
  ['python', '\n'],
  ['python', 'if not '],
  ['python', 'def f(x): return environ[x]\n'],
  ['python', 'x in os.environ\nif x: '],
  ['python', 'with env.prefixed("A_"):'],
  ['python', 'settings = Dynaconf('],
  ['python', 'if on_a: y = os.environ["A"]\n'],
  ['python', 'import django\nSECRET_KEY = os.environ["A"]\n'],
  ['python', 'def get(name, default):\n  if prod: raise os.environ[name]\n'],
  ['node', 'if (on_a) { if (!process.env.A) throw 1 '],
  ['node', "'class-validator' @A( A = env.A ?? "],
  ['go', 'if on_a { os.Getenv("A").Fatal('],
  ['go', 'env.New("A_", import "'],
  ['node', 'if (!process.env[a '],
  ['node', "'class-validator' @A( A: a"],
  ['node', '[].filter(a => !process.env '],
  ['go', 'func f(a string) { if os.Getenv("A_B") '],
  ['go', 'viper.AutomaticEnv()viper.GetString('],
  ['go', 'viper.AutomaticEnv()v := a\nv.Get("a")'],
  ['go', 'viper '],
  ['java', '@ConfigurationProperties("a") class A {\n private String'],
  ['java', 'requireNonNull('],
  ['rust', 'env::var("A_B").map_err('],
  ['rust', '#[derive(Deserialize)] struct A { envy::from_env'],
])('%s: a file full of %j is read in time', (language, part) => {
  expect(namesIn(filled(part), language).length).toBeLessThan(2)
  expect(madeNames([{ path: 'a', text: filled(part) }], language).length).toBeLessThan(2)
})

it.each<[Language, string]>([
  ['go', 'koanf '],
  ['rust', 'figment '],
])('%s: a file full of %j makes no names', (language, part) => {
  expect(madeNames([{ path: 'a', text: filled(part) }], language)).toEqual([])
})

it.each<[string, string[]]>([
  ['readers', [numbered((index) => `e${index}=Env()\n`)]],
  [
    'instances of Dynaconf',
    [numbered((index) => `e${index}=Dynaconf(a)\n`), numbered((index) => `import a${index}\n`)],
  ],
  ['calls of one imported name', ['def get(k):\n  return os.environ[k]\n', filled('from a import x; get("A")\n')]],
])('many %s are not each looked for in all of the text', (_, texts) => {
  const started = Date.now()
  readSettings(
    texts.map((text, index) => ({ path: `${index}`, text })),
    'python',
  )
  expect(Date.now() - started).toBeLessThan(5_000)
})

function numbered(part: (index: number) => string): string {
  return Array.from({ length: longest / part(10_000).length }, (__, index) => part(index)).join('')
}
