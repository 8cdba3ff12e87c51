import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { conditionsRead } from './names-read.ts'

const validator = (fields: string) =>
  `import { IsHexadecimal, IsOptional, IsString, IsUrl, Length, ValidateIf } from "class-validator";\nconst environment = process.env;\nexport class Environment {\n${fields}}\n`

const go = (rest: string) => `package a\n\ntype Config struct {\n\tURL string \`env:"URL_A"\`\n}\n\n${rest}`

describe('what checks all settings together says which are needed', () => {
  it.each<[string, Language, string, string[]]>([
    [
      'class-validator, of what has an initialiser',
      'node',
      validator(
        '  @IsHexadecimal()\n  @Length(64, 64)\n  public SECRET_KEY = environment.SECRET_KEY ?? "";\n  @IsOptional()\n  public CDN_URL = this.toOptionalString(environment.CDN_URL);\n  @IsUrl()\n  public API_URL = this.toOptionalString(environment.API_URL);\n  @IsString()\n  public NAME_A = environment.NAME_A ?? "";\n  @IsString()\n  public KIND_A = environment.KIND_A ?? "x";\n  @Public\n  @IsString()\n  public TITLE_A = "x";\n',
      ),
      ['API_URL!', 'CDN_URL', 'KIND_A', 'NAME_A', 'SECRET_KEY!'],
    ],
    [
      'class-validator, of one or the other',
      'node',
      validator(
        '  @ValidateIf((env) => env.DATABASE_URL)\n  @IsString()\n  DATABASE_URL: string;\n\n  @ValidateIf((env) => !env.DATABASE_URL)\n  @IsString()\n  DATABASE_HOST: string;\n',
      ),
      ['DATABASE_HOST! if !env.DATABASE_URL', 'DATABASE_URL'],
    ],
    [
      'a refinement of zod',
      'node',
      "export const env = z.object({ NODE_ENV: z.string(), MAIL_KEY: z.string().optional(), MAIL_ON: z.string().optional() }).superRefine((v, ctx) => {\n  if (v.MAIL_ON && !v.MAIL_KEY) {\n    ctx.addIssue({ code: 'custom' })\n  }\n}).parse(process.env)\n",
      ['MAIL_KEY! if v.MAIL_ON', 'MAIL_ON'],
    ],
    [
      'a validator of pydantic',
      'python',
      'class C(BaseSettings):\n    kind: str = "x"\n    sentry_dsn: str | None = None\n    mail_key: str = ""\n    workers: int | None = None\n\n    @model_validator(mode="after")\n    def check(self):\n        if self.kind.is_far and not self.sentry_dsn:\n            raise ValueError("x")\n        if not self.mail_key:\n            raise ValueError("y")\n        if self.workers:\n            assert self.workers > 0\n        return self\n',
      ['KIND', 'MAIL_KEY!', 'SENTRY_DSN! if self.kind.is_far', 'WORKERS'],
    ],
    [
      'a check in Go',
      'go',
      go('func (c Config) Validate() error {\n\tif c.URL == "" {\n\t\treturn errors.New("x")\n\t}\n\treturn nil\n}\n'),
      ['URL_A!'],
    ],
    [
      'a rule of ozzo-validation',
      'go',
      go(
        'func (c Config) Validate() error {\n\treturn validation.ValidateStruct(&c,\n\t\tvalidation.Field(&c.URL, validation.Required),\n\t)\n}\n',
      ),
      ['URL_A!'],
    ],
    [
      'a tag of go-playground',
      'go',
      'package a\n\ntype Config struct {\n\tURL string `env:"URL_A" validate:"required,url"`\n\tX string `env:"X_A" validate:"omitempty,url"`\n}\n',
      ['URL_A!', 'X_A'],
    ],
    [
      'a struct of the config crate, also beside files, which no image has',
      'rust',
      '#[derive(Deserialize)]\nstruct S {\n    db: Db,\n    limit: u32,\n    token: Option<String>,\n}\n#[derive(Deserialize)]\nstruct Db {\n    url: String,\n    pool: u32,\n}\nfn f() -> Result<S, E> { Config::builder().set_default("db.pool", 5)?.add_source(File::with_name("base")).add_source(Environment::with_prefix("APP").separator("__")).build()?.try_deserialize::<S>() }\n',
      ['APP__DB__POOL', 'APP__DB__URL!', 'APP__LIMIT!', 'APP__TOKEN'],
    ],
    [
      'a struct that has a default for all',
      'rust',
      '#[derive(Debug, Deserialize)]\n#[serde(default)]\nstruct S {\n    limit: u32,\n}\nfn f() { let s = envy::prefixed("APP_").from_env::<S>(); }\n',
      ['APP_LIMIT'],
    ],
  ])('%s (%s)', (_, language, text, expected) => {
    const path = { python: 'a.py', node: 'a.ts', go: 'a.go', java: 'A.java', rust: 'src/main.rs' }[language]
    expect(conditionsRead(language, { [path]: text })).toEqual(expected)
  })
})
