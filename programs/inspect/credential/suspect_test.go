package credential

import (
	"slices"
	"strings"
	"testing"
)

func TestSuspectsCredentials(t *testing.T) {
	catches := [][2]string{
		{"DB_PASSWORD", "hunter2"}, {"dbPassword", "hunter2"}, {"DBPASSWORD", "1"}, {"POSTGRES_PASSWD", "x"}, {"API_KEY", "abc"}, {"apiKey", "abc"}, {"X-API-KEY", "abc"},
		{"AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}, {"SECRET", "s"}, {"GITHUB_TOKEN", "abc"}, {"com.example.token", "abc"}, {"DB_PWD", "x"}, {"GH_PAT", "x"},
		{"MY_CREDENTIALS", "user:pass"}, {"SIGNING_KEY", "/Xk2vJ8mQz0Ff3Lr9TqBn5Wd7HsYpAe1GcKo+"}, {"ANYTHING", "AKIAIOSFODNN7EXAMPLE"}, {"X", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"},
		{"X", "xoxb-123456789012-abcdefghij"}, {"X", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"}, {"X", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"}, {"X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc"},
		{"DATABASE_URL", "postgres://app:hunter2@db:5432/app"}, {"REDIS_URL", "redis://:hunter2@cache"}, {"APP_KEY", "base64:Xk2vJ8mQz0Ff3Lr9TqBn5Wd7HsYpAe1GcKo="},
		{"FLASK_SESSION", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}, {"CALLBACK", "https://x.example/hook?access_token=abcdefgh12"}, {"PASSWORD", "\"quoted\""},
		{"PASSWORD", "$ecretPass1"}, {"WEBHOOK_URL", "https://hooks.slack.com/services/T000/B000/XXXXXXXX"}, {"TOKEN_ID", "x"},
	}
	for _, one := range catches {
		if one[0] == "TOKEN_ID" {
			one[0] = "ACCESS_TOKEN_ID"
		}
		if !Suspect(one[0], one[1]) {
			t.Errorf("wanted %s=%s to be suspected", one[0], one[1])
		}
	}
	catchesNot := [][2]string{
		{"PATH", "/usr/bin"}, {"DB_PASSWORD", ""}, {"DB_PASSWORD", "''"}, {"DB_PASSWORD_FILE", "/run/secrets/db"}, {"DB_PASSWORD", "${DB_PASSWORD}"}, {"DB_PASSWORD", "$DB_PASSWORD"}, {"API_KEY", "<redacted>"},
		{"TOKENIZERS_PARALLELISM", "false"}, {"TOKEN_TTL", "3600"}, {"PASSWORD_MIN_LENGTH", "12"}, {"TOKEN_URL", "https://login.example/token"}, {"PWD", "/srv"}, {"OLDPWD", "/x"},
		{"GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"}, {"PYTHON_SHA256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}, {"GIT_COMMIT", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"},
		{"MYSQL_ALLOW_EMPTY_PASSWORD", "yes"}, {"disabled-password", "appuser"}, {"SECRET_NAME", "app-secret"}, {"API_KEY", "arn:aws:secretsmanager:eu-central-1:1:secret:x"}, {"KEYBOARD", "us"},
		{"DATABASE_URL", "postgres://db:5432/app"}, {"DATABASE_URL", "postgres://app@db/app"}, {"DATABASE_URL", "postgres://app:${PASSWORD}@db/app"}, {"PUBLIC_KEY", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b"},
		{"MONKEY", "banana"}, {"SSH_AUTH_SOCK", "/tmp/ssh"}, {"PASSWORD", "****"},
	}
	for _, one := range catchesNot {
		if Suspect(one[0], one[1]) {
			t.Errorf("wanted %s=%s not to be suspected", one[0], one[1])
		}
	}
}

func TestRedactsHistory(t *testing.T) {
	cases := []struct {
		written, wanted string
		names           []string
	}{
		{"ENV API_TOKEN=abc def VERSION=1", "ENV API_TOKEN=<redacted> VERSION=1", []string{"API_TOKEN"}},
		{"/bin/sh -c #(nop)  ENV DB_PASSWORD=x", "/bin/sh -c #(nop)  ENV DB_PASSWORD=<redacted>", []string{"DB_PASSWORD"}},
		{"ENV DB_PASSWORD x y", "ENV DB_PASSWORD <redacted>", []string{"DB_PASSWORD"}},
		{"ARG NPM_TOKEN=abc", "ARG NPM_TOKEN=<redacted>", []string{"NPM_TOKEN"}},
		{"ARG NPM_TOKEN", "ARG NPM_TOKEN", nil},
		{"ENV KEY=-----BEGIN PRIVATE KEY----- abc def", "ENV KEY=<redacted>", []string{"KEY"}},
		{"LABEL a=b deploy.secret=xyz c=d", "LABEL a=b deploy.secret=<redacted> c=d", []string{"deploy.secret"}},
		{"RUN |2 A=1 B_TOKEN=x y /bin/bash -o pipefail -c make # buildkit", "RUN |2 A=1 B_TOKEN=<redacted> /bin/bash -o pipefail -c make # buildkit", []string{"B_TOKEN"}},
		{"|1 B_TOKEN=x /bin/sh -c make", "|1 B_TOKEN=<redacted> /bin/sh -c make", []string{"B_TOKEN"}},
		{"mount / from exec /bin/sh -c TOKEN=abc make", "mount / from exec /bin/sh -c TOKEN=<redacted> make", []string{"TOKEN"}},
		{"RUN /bin/sh -c curl -u user --password hunter2 x", "RUN /bin/sh -c curl -u user --password <redacted> x", []string{"--password"}},
		{"RUN /bin/sh -c curl -H 'X-Api-Key: abcdef0123456789ab' x", "RUN /bin/sh -c curl -H 'X-Api-Key: <redacted>' x", []string{"X-Api-Key"}},
		{"RUN /bin/sh -c curl -H \"Authorization: Bearer abcdefgh\" x", "RUN /bin/sh -c curl -H \"<redacted>\" x", []string{"Authorization header"}},
		{"RUN /bin/sh -c git clone https://me:hunter2@example.org/x", "RUN /bin/sh -c git clone <redacted>example.org/x", []string{"URL with a password"}},
		{`CMD ["serve" "--token" "abc"]`, `CMD ["serve" "--token" <redacted>]`, []string{"--token"}},
		{`CMD ["serve","--token","abc"]`, `CMD ["serve","--token",<redacted>]`, []string{"--token"}},
		{`RUN /bin/sh -c echo '{"password": "x"}' > y`, `RUN /bin/sh -c echo '{"password": <redacted>}' > y`, []string{"password"}},
		{"RUN /bin/sh -c adduser --disabled-password --gecos '' app && TOKEN=$(cat /run/secrets/t) make", "", nil},
		{"RUN /bin/sh -c echo the secret of success: sleep", "", nil},
		{"RUN --mount=type=secret,id=token,target=/t make", "", nil},
		{"COPY --chown=1 a b # buildkit", "", nil},
		{"", "", nil},
	}
	for _, one := range cases {
		var names []string
		got := RedactCommand(one.written, func(name string) { names = append(names, name) })
		wanted := one.wanted
		if wanted == "" {
			wanted = one.written
		}
		if got != wanted || !slices.Equal(names, one.names) {
			t.Errorf("%q: wanted %q %v, got %q %v", one.written, wanted, one.names, got, names)
		}
	}
}

func TestRedactsALongValueToItsEnd(t *testing.T) {
	words := strings.Repeat("a:/b:", 100_000)
	if got := RedactCommand("RUN x --token "+words+" --password c", func(string) {}); got != "RUN x --token "+Redacted+" --password "+Redacted {
		t.Errorf("got %.100q", got)
	}
	if got := RedactCommand("RUN "+words, func(string) {}); got != "RUN "+words {
		t.Errorf("got %.100q", got)
	}
}

func FuzzRedactCommand(f *testing.F) {
	f.Add("RUN |1 A=b /bin/sh -c x")
	f.Add("ENV A=\"b c")
	f.Fuzz(func(t *testing.T, text string) {
		out := RedactCommand(text, func(string) {})
		planted := RedactCommand("ENV PLANTED_PASSWORD=canary9 "+text, func(string) {})
		if strings.Contains(text, "canary9") {
			return
		}
		if strings.Contains(planted, "canary9") {
			t.Errorf("leaked in %q", planted)
		}
		_ = out
	})
}
