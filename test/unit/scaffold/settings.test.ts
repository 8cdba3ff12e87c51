import { describe, expect, it } from 'vitest'
import type { Language } from '../../../src/scaffold/application.ts'
import { readSettings, shippedCode } from '../../../src/scaffold/settings/read-settings.ts'
import { madeNames } from '../../../src/scaffold/settings/made-names.ts'
import { treeOf } from './applications.ts'

/** What is read of one file, as NAME, NAME! if it is required and NAME=fallback. */
function read(language: Language, path: string, text: string, more: Record<string, string> = {}): string[] {
  const tree = treeOf({ [path]: text, ...more })
  const code = shippedCode(tree, language, [...tree.paths])
  return readSettings(code, language).map(
    ({ name, required, fallback }) => `${name}${required ? '!' : ''}${fallback === undefined ? '' : `=${fallback}`}`,
  )
}

const django = `
import environ
import dj_database_url
env = environ.Env(DEBUG=(bool, False))
DEBUG = env("DEBUG")
SECRET_KEY = env("SECRET_KEY")
HOSTS = env.list("ALLOWED_HOSTS", default=["localhost"])
DATABASES = {"default": env.db(), "other": dj_database_url.config(env="OTHER_URL", default="sqlite:///x")}
`

const pydantic = `
from pydantic import AliasChoices, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

class Pool(BaseModel):
    size: int = 5
    name: str

class Base(BaseSettings):
    # comment: str
    region: str = "eu"

class Settings(Base):
    """Documented: str"""
    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="ORDERS_", env_nested_delimiter="__"
    )
    database_url: str
    timeout: float | None = None
    tries: int = Field(default=3, ge=1)
    token: Annotated[
        str, Field(validation_alias="API_TOKEN")
    ]
    bucket: str = Field(validation_alias=AliasChoices("S3_BUCKET", "BUCKET"))
    pool: Pool
    kinds: ClassVar[list[str]] = []

    @property
    def twice(self) -> int:
        other: int = 2
        return self.tries * other

settings = Settings()
`

describe('environment variables are read', () => {
  it.each<[string, Language, string, string, string[]]>([
    [
      'os.environ in all its forms, and not where it is written',
      'python',
      'a.py',
      'import os\na = os.environ["A"]\nos.environ["B"] = "1"\nc = os.environ.get("C", "see")\nd = os.getenv("D")\nos.environ.setdefault("E_F", "g")\n# os.environ["G"]\nif "H" in os.environ:\n    h = os.environ["H"]\n',
      ['A!', 'C=see', 'D', 'E_F=g', 'H'],
    ],
    [
      'django-environ and dj-database-url',
      'python',
      'settings.py',
      django,
      ['ALLOWED_HOSTS', 'DATABASE_URL!', 'DEBUG=false', 'OTHER_URL=sqlite:///x', 'SECRET_KEY!'],
    ],
    [
      "pydantic's settings, with prefix, aliases, nested models and inherited fields",
      'python',
      'config.py',
      pydantic,
      [
        'API_TOKEN!',
        'ORDERS_DATABASE_URL!',
        'ORDERS_POOL__NAME!',
        'ORDERS_POOL__SIZE=5',
        'ORDERS_REGION=eu',
        'ORDERS_TIMEOUT',
        'ORDERS_TRIES=3',
        'S3_BUCKET!',
      ],
    ],
    [
      'decouple',
      'python',
      'a.py',
      'from decouple import config\nA = config("A_KEY")\nB = config("B_KEY", default=2, cast=int)\n',
      ['A_KEY!', 'B_KEY=2'],
    ],
    [
      'wrappers of an application',
      'python',
      'a.py',
      'x = get_bool_from_env("X_ON", False)\nos.putenv("Y_ON", "1")\n',
      ['X_ON=false'],
    ],
    [
      'process.env in all its forms, and not where it is written',
      'node',
      'a.ts',
      "const a = process.env.A ?? 'one'\nconst b = Number(process.env['B'] || 2)\nprocess.env.C = 'x'\nconst { D, E = 'five', F: f } = process.env\nif (process.env.G === 'x') run()\n// process.env.H\nconst environment = process.env\nconst i = environment.I\n",
      ['A=one', 'B=2', 'D', 'E=five', 'F', 'G', 'I'],
    ],
    [
      'schemas of zod',
      'node',
      'env.ts',
      'export const env = z.object({ DATABASE_URL: z.string().url(), LIMIT: z.coerce.number().default(10), SENTRY_DSN: z.string().optional() }).parse(process.env)\n',
      ['DATABASE_URL!', 'LIMIT=10', 'SENTRY_DSN'],
    ],
    [
      'schemas of Joi',
      'node',
      'config.js',
      "const schema = Joi.object().keys({\n  JWT_SECRET: Joi.string().required().description('JWT secret key'),\n  SMTP_HOST: Joi.string(),\n}).unknown()\nschema.validate(process.env)\n",
      ['JWT_SECRET!', 'SMTP_HOST'],
    ],
    [
      "Nest's service",
      'node',
      'a.ts',
      "const url = this.configService.getOrThrow<string>('AMQP_URL')\nconst n = configService.get('COUNT', 3)\n",
      ['AMQP_URL!', 'COUNT=3'],
    ],
    [
      'a schema of Prisma',
      'node',
      'prisma/schema.prisma',
      'datasource db {\n  provider = "postgresql"\n  url      = env("DATABASE_URL")\n}\n',
      ['DATABASE_URL!'],
    ],
    [
      'os.Getenv, flags of cli and keys of viper',
      'go',
      'main.go',
      'package main\n\nvar a = os.Getenv("A_B")\nvar b, _ = os.LookupEnv("C_D")\nvar c = envOr("E_F", "g")\n\nfunc f() {\n\tos.Setenv("X_Y", "1")\n\tviper.BindEnv("h", "H_I")\n\t_ = cli.StringFlag{Name: "j", EnvVars: []string{"J_K"}, Required: true}\n}\n',
      ['A_B', 'C_D', 'E_F=g', 'H_I', 'J_K!'],
    ],
    [
      'tags of structs, with prefixes on the way',
      'go',
      'config.go',
      'package config\n\ntype Config struct {\n\tURL  string `env:"DATABASE_URL,required"`\n\tPort int    `env:"PORT" envDefault:"8080"`\n\tS3   Store  `envPrefix:"S3_"`\n\tTLS  struct {\n\t\tFile string `long:"file" env:"FILE" default:"a.pem"`\n\t} `group:"tls" env-namespace:"TLS"`\n}\n\ntype Store struct {\n\tBucket string `env:"BUCKET,notEmpty"`\n}\n',
      ['DATABASE_URL!', 'PORT=8080', 'S3_BUCKET!', 'TLS_FILE=a.pem'],
    ],
    [
      'envconfig with its prefix',
      'go',
      'config.go',
      'package config\n\ntype C struct {\n\tKey string `envconfig:"KEY" required:"true"`\n}\n\nfunc f() { envconfig.Process("orders", &C{}) }\n',
      ['ORDERS_KEY!'],
    ],
    [
      'System.getenv and the placeholders of Spring',
      'java',
      'src/main/java/A.java',
      'class A {\n  String a = System.getenv("A_B");\n  String c = System.getenv().getOrDefault("C_D", "e");\n  @Value("${F_G:h}") String f;\n  @Value("${I_J}") String i;\n}\n',
      ['A_B', 'C_D=e', 'F_G=h', 'I_J!'],
    ],
    [
      'placeholders in application.properties',
      'java',
      'src/main/resources/application.properties',
      'spring.datasource.password=${DB_PASSWORD}\nserver.port=${PORT:8080}\n# ${OTHER}\n',
      ['DB_PASSWORD!', 'PORT=8080'],
    ],
    [
      'std::env and clap, and not what is read at compile time',
      'rust',
      'src/main.rs',
      'const V: &str = env!("CARGO_PKG_VERSION");\nfn f<\'a>(s: &\'a str) { let a = std::env::var("A_B").expect("no"); let c = env::var("C_D").unwrap_or_else(|_| "e".to_string()); }\n#[derive(Parser)]\nstruct Config {\n    #[clap(long, env)]\n    database_url: String,\n    #[arg(long, env = "LIMIT", default_value = "7")]\n    limit: u32,\n    #[arg(env)]\n    token: Option<String>,\n}\n',
      ['A_B!', 'C_D=e', 'DATABASE_URL!', 'LIMIT=7', 'TOKEN'],
    ],
  ])('%s', (_, language, path, text, expected) => {
    expect(read(language, path, text)).toEqual(expected)
  })

  it('with the file and the line that reads them, once each, and required if any place requires it', () => {
    const tree = treeOf({
      'a.py': 'import os\n\nx = os.getenv("A_B", "c")\n',
      'b.py': 'import os\ny = os.environ["A_B"]\n',
    })
    expect(readSettings(shippedCode(tree, 'python', ['a.py', 'b.py']), 'python')).toEqual([
      { name: 'A_B', path: 'b.py', line: 2, required: true, fallback: 'c' },
    ])
  })

  it('from nothing that does not ship, and not those of the system', () => {
    expect(read('python', 'tests/test_a.py', 'import os\nos.environ["A_B"]\n')).toEqual([])
    const tree = treeOf({
      'scripts/a.py': 'import os\nos.environ["A_B"]\n',
      'app/a.py': 'import os\nos.environ["HOME"]\n',
    })
    expect(readSettings(shippedCode(tree, 'python', ['app']), 'python')).toEqual([])
  })
})

describe('names that only the running program knows are said', () => {
  it.each<[Language, string, string]>([
    ['go', 'viper.AutomaticEnv()', "viper's AutomaticEnv"],
    ['rust', 'config::Environment::with_prefix("APP")', "the config crate's Environment"],
    ['node', 'const all = Object.entries(process.env)', 'process.env as a whole'],
  ])('%s: %s', (language, text, what) => {
    expect(madeNames([{ path: 'a', text }], language)).toEqual([{ path: 'a', what }])
    expect(madeNames([{ path: 'a', text: 'nothing of the kind' }], language)).toEqual([])
  })
})
